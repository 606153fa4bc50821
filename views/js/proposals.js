// Proposals in groups, to be accepted one by one or group by group. Every text is set as text, never as HTML.
export default function (component) {
  const {data, parentElement, setTriggerValue} = component;
  const box = parentElement.querySelector(".proposals");
  const open = (box.open = box.open || new Set());
  const made = (tag, kind, text) => {
    const node = document.createElement(tag);
    node.className = kind;
    node.textContent = text || "";
    return node;
  };
  const button = (ids, label) => {
    if (!ids.length) return made("span", "taken", data.words.taken);
    const node = made("button", "accept", label);
    node.onclick = () => setTriggerValue("accepted", ids);
    return node;
  };
  const line = (kind, cells, last) => {
    const row = made("div", `line ${kind}`);
    row.append(...cells, last);
    row.title = cells.map((cell) => cell.textContent).filter(Boolean).join("　");
    return row;
  };
  const parts = [line("head", data.words.heads.map((text, n) => made("span", n > 2 ? "figure" : "", text)), made("span", "", ""))];
  data.groups.forEach((group) => {
    const waiting = group.rows.filter((row) => row.waiting).map((row) => row.id);
    const sign = made("span", group.number ? "number" : "number done", group.number || "✓");
    const closes = made("span", "closes", group.name);
    closes.append(made("span", "rule", group.rule));
    const cells = [sign, closes, made("span", "place", group.place),
      made("b", "figure", group.count), made("span", "figure", group.cost)];
    parts.push(line("group", cells, button(waiting, data.words.accept)));
    if (group.rows.length < 2) return;
    const each = made("div", open.has(group.key) ? "each open" : "each");
    const more = made("button", "more", group.more);
    more.setAttribute("aria-expanded", open.has(group.key));
    more.onclick = () => {
      const now = each.classList.toggle("open");
      more.setAttribute("aria-expanded", now);
      if (now) open.add(group.key); else open.delete(group.key);
    };
    each.append(...group.rows.map((row) => line("single", [made("span", ""), made("span", "closes", row.kind),
      made("span", "place", row.place), made("span", ""), made("span", "figure", row.cost)],
    button(row.waiting ? [row.id] : [], data.words.accept))));
    parts.push(more, each);
  });
  if (data.words.rest) parts.push(made("div", "rest", data.words.rest));
  const scrolled = box.scrollTop;
  box.replaceChildren(...parts);
  box.scrollTop = scrolled;
}
