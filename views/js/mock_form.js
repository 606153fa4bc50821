// The form of an inspector to type into. Every text is set as text, never as HTML. What was typed is told with a number
// that goes up, until the server says that it heard it: nothing is lost or done twice, however fast one types.
export default function (component) {
  const {data, parentElement, setStateValue} = component;
  const box = parentElement.querySelector(".form");
  const made = (tag, kind, text) => {
    const node = document.createElement(tag);
    node.className = kind;
    node.textContent = text || "";
    return node;
  };
  box.told = (box.told || []).filter((one) => one.number > data.heard);
  box.number = Math.max(box.number || 0, data.heard);
  box.tell = setStateValue;

  const commit = (input) => {
    if (input.value === input.dataset.was) return;
    input.dataset.was = input.value;
    box.number += 1;
    box.told.push({number: box.number, key: input.dataset.key, name: input.name, text: input.value});
    box.tell("typed", box.told);
  };
  const go = (input, by) => {
    const all = [...box.querySelectorAll(`input[name="${input.name}"]`)];
    const next = all[all.indexOf(input) + by];
    if (next) next.focus(); else commit(input);
  };
  const press = (event) => {
    const input = event.target;
    if (event.isComposing) return;
    const {selectionStart: start, selectionEnd: end, value} = input;
    const other = (name) => input.closest(".line").querySelector(`input[name="${name}"]`).focus();
    if (event.key === "Enter" || event.key === "ArrowDown") go(input, event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowUp") go(input, -1);
    else if (event.key === "Escape") { input.value = input.dataset.was; input.select(); }
    else if (event.key === "ArrowRight" && input.name === "found" && end === value.length) other("remark");
    else if (event.key === "ArrowLeft" && input.name === "remark" && start === 0) other("found");
    else return;
    event.preventDefault();
  };
  const field = (row, name, label) => {
    const input = made("input", name);
    Object.assign(input, {type: "text", name, autocomplete: "off", ariaLabel: `${row.point} ${row.name} ${label}`});
    if (name === "found") input.inputMode = "decimal"; else input.maxLength = data.longest;
    input.dataset.key = row.key;
    input.dataset.was = "";
    input.onkeydown = press;
    input.onchange = () => commit(input);
    input.onblur = () => commit(input);
    input.onfocus = () => input.select();
    const cell = made("span", `cell ${name}`);
    cell.append(input);
    return cell;
  };
  const line = (row, before) => {
    const node = made("div", before && before.point === row.point ? "line" : "line first");
    node.setAttribute("role", "row");
    const name = made("span", "name", row.name);
    name.append(made("small", "", row.place));
    const point = made("span", "point", row.point);
    node.append(point, name, made("span", "text", row.text), made("b", "need", row.need),
      field(row, "found", data.words.found), field(row, "remark", data.words.remark), made("span", "by"));
    node.onclick = (event) => { if (event.target.tagName !== "INPUT") node.querySelector("input").focus(); };
    return node;
  };
  const show = (input, text) => {
    const waits = box.told.some((one) => one.key === input.dataset.key && one.name === input.name);
    const typing = box.getRootNode().activeElement === input && input.value !== input.dataset.was;
    if (waits || typing || input.dataset.was === text) return;
    input.value = input.dataset.was = text;
  };

  if (box.of !== data.of) {
    box.of = data.of;
    const head = made("div", "line head");
    head.append(...data.heads.map((text) => made("span", "", text)));
    box.replaceChildren(head, ...data.rows.map((row, n) => line(row, data.rows[n - 1])));
    box.scrollTop = 0;
  }
  const lines = box.querySelectorAll(".line:not(.head)");
  data.rows.forEach((row, n) => {
    const [found, remark] = lines[n].querySelectorAll("input");
    show(found, row.found);
    show(remark, row.remark);
    found.ariaInvalid = row.wrong ? "true" : "false";
    found.title = row.wrong;
    lines[n].querySelector(".by").textContent = row.by;
  });
}
