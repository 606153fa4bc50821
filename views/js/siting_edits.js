// Carries what was edited to the map beside it, which stands: now, and again whenever the browser makes the map anew.
export default function (component) {
  const {data, parentElement} = component;
  const box = parentElement.querySelector("span");
  const carry = () => {
    const frame = document.querySelector(".st-key-siting_map_box iframe");
    const map = frame && frame.contentWindow && frame.contentWindow.siting;
    if (map && map.shown !== box.edits && map.update(box.edits)) map.shown = box.edits;
    if (!box.isConnected) clearInterval(box.again);
  };
  box.edits = data;
  clearInterval(box.again);  // of the last run: only the newest edits are carried
  box.again = setInterval(carry, 120);
  carry();
}
