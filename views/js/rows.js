// A list of findings to choose from. Every text is set as text, never as HTML.
export default function (component) {
  const {data, parentElement, setTriggerValue} = component;
  const box = parentElement.querySelector(".rows");
  const made = (tag, kind, text) => {
    const node = document.createElement(tag);
    node.className = kind;
    node.textContent = text;
    return node;
  };
  const rows = data.rows.map(([key, name, where, count, unit]) => {
    const row = made("button", data.chosen.includes(key) ? "row chosen" : "row", "");
    const place = made("span", "place", "");
    place.append(made("span", "name", name), made("span", "where", where));
    row.append(place, made("span", `count ${data.status}`, count), made("span", "unit", unit));
    row.setAttribute("aria-pressed", data.chosen.includes(key));
    row.title = [name, where, count, unit].filter(Boolean).join("　");
    row.onclick = () => setTriggerValue("picked", key);
    return row;
  });
  box.replaceChildren(...rows);
  if (data.more) box.append(made("div", "more", data.more));
  const chosen = box.querySelector(".chosen");
  const seen = chosen && chosen.offsetTop >= box.scrollTop && chosen.offsetTop + chosen.offsetHeight <= box.scrollTop + box.clientHeight;
  if (chosen && !seen) box.scrollTop = chosen.offsetTop - box.clientHeight / 2;
}
