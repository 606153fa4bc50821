// A list to open a row of and to tick many, or a board to choose a cell of. Every text is set as text, never as HTML.
export default function (component) {
  const {data, parentElement, setTriggerValue} = component;
  const box = parentElement.querySelector(".orders");
  const made = (tag, kind, ...inside) => {
    const node = document.createElement(tag);
    node.className = kind;
    node.append(...inside.filter((one) => one !== null && one !== ""));
    return node;
  };
  const scrolled = box.scrollTop, same = box.dataset.of === data.of;
  box.dataset.of = data.of;
  box.replaceChildren(...(data.board ? board() : list()));
  box.scrollTop = same ? scrolled : 0;
  if (!same) {
    const chosen = box.querySelector(".row.chosen");
    if (chosen && chosen.offsetTop > box.clientHeight - 60) box.scrollTop = chosen.offsetTop - box.clientHeight / 2;
  }

  function tick(ids, on, label) {
    const input = made("input", "tick");
    input.type = "checkbox";
    input.checked = on;
    input.setAttribute("aria-label", label);
    input.onclick = (event) => {
      event.stopPropagation();
      setTriggerValue("ticked", {ids, on: input.checked});
    };
    return made("span", "tick-box", input);
  }

  function list() {
    const ids = data.rows.map((row) => row.id), ticks = data.ticks;
    const head = made("div", "row head", ...(ticks ? [tick(ids, ids.length > 0 && data.rows.every((row) => row.ticked), data.words.all)] : []),
      ...data.words.heads.map((text) => made("span", "", text)));
    const rows = data.rows.map((row) => {
      const node = made("div", row.id === data.opened ? "row chosen" : "row",
        ...(ticks ? [tick([row.id], row.ticked, row.name)] : []),
        made("span", "two", made("span", "name", row.name), made("span", "sub", row.sub)),
        made("span", "two", made("span", "unit", row.unit), made("span", "sub", row.district)),
        made("span", "two", made("span", "state", row.state), row.mark ? made("span", "sub mark", row.mark) : ""),
        made("span", "two right", made("span", row.late ? "due late" : "due", row.due), made("span", "sub", row.level)));
      node.title = [row.name, row.sub, row.unit, row.district, row.state, row.mark, row.due, row.level].filter(Boolean).join("　");
      if (data.opens) {
        node.tabIndex = 0;
        node.onclick = () => setTriggerValue("picked", row.id);
        node.onkeydown = (event) => { if (event.key === "Enter" && event.target === node) setTriggerValue("picked", row.id); };
      } else {
        node.onclick = () => setTriggerValue("ticked", {ids: [row.id], on: !row.ticked});
      }
      return node;
    });
    box.classList.toggle("ticked", ticks);
    return [head, ...rows, ...(data.words.more ? [made("div", "more", data.words.more)] : [])];
  }

  function board() {
    box.style.setProperty("--columns", data.words.heads.length - 2);
    const cell = (unit, state, count, late, kind) => {
      if (!count) return made("span", "cell none", "");
      const node = made("button", `cell ${kind || ""}`, made("b", "", count), late ? made("span", "late", late) : "");
      node.onclick = () => setTriggerValue("cell", {unit, state});
      return node;
    };
    const line = (kind, row) => made("div", `line ${kind}`, made("span", "unit", row.unit),
      ...row.cells.map(([state, count, late]) => cell(row.key, state, count, late)), cell(row.key, "", row.total, row.late, "total"));
    return [made("div", "line head", ...data.words.heads.map((text) => made("span", "", text))),
      line("sum", data.sum), ...data.rows.map((row) => line("", row))];
  }
}
