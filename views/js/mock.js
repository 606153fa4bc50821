// The points of a mock assessment on a city's map: numbered ones of the chosen inspector, their walks, the order.
// Runs inside folium's page, above map.js. Every text of the data is set as text, never as HTML.
(function () {
  let canvas = null;

  function decode(steps, origin) {
    let x = 0, y = 0;
    const points = [];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push(L.latLng(origin[1] + y * 1e-5, origin[0] + x * 1e-5));
    }
    return points;
  }

  function element(tag, style, text) {
    const made = document.createElement(tag);
    made.style.cssText = style;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function pane(map, name, level) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = level;
    return name;
  }

  function draw(map, group, given) {
    const {origin, colours} = given;
    pane(map, "mock-lines", 432);
    pane(map, "mock-points", 450);
    canvas = canvas || L.canvas({pane: "mock-lines", padding: 0.3});
    const still = {renderer: canvas, interactive: false};
    given.others.forEach((steps) => {
      L.circleMarker(decode(steps, origin)[0], {...still, radius: 3.5, color: "#fff", weight: 1, fillColor: colours.quiet,
        fillOpacity: 1}).addTo(group);
    });
    given.order.forEach((steps) => {
      L.polyline(decode(steps, origin), {...still, color: colours.quiet, weight: 1.4, dashArray: "2 5"}).addTo(group);
    });
    given.walks.forEach((steps) => {
      const line = decode(steps, origin);
      L.polyline(line, {...still, color: "#fff", weight: 9}).addTo(group);
      L.polyline(line, {...still, color: colours.action, weight: 5}).addTo(group);
    });
    given.points.forEach(([steps, number, text]) => {
      const node = element("div", "position:absolute;transform:translate(-50%,-50%);min-width:22px;height:22px;" +
        "box-sizing:border-box;padding:0 4px;border-radius:11px;background:#fff;text-align:center;font-size:12px;" +
        `font-weight:700;line-height:18px;border:2px solid ${colours.text};color:${colours.text};`, number);
      const icon = L.divIcon({html: node, className: "mock-point", iconSize: [0, 0]});
      const marker = L.marker(decode(steps, origin)[0], {icon, keyboard: false, pane: "mock-points"}).addTo(group);
      marker.bindTooltip(element("span", "font-size:12px", text), {opacity: 1, direction: "top", offset: [0, -10]});
    });
    legend(given.legend, colours);
  }

  function legend(rows, colours) {
    const box = document.getElementById("legend");
    if (!box) return;
    box.replaceChildren();
    rows.forEach(([form, text], place) => {
      const row = element("span", `display:inline-flex;align-items:center;margin-left:${place ? 14 : 0}px;white-space:nowrap;`);
      const looks = {
        point: `width:13px;height:13px;border-radius:7px;background:#fff;border:2px solid ${colours.text};box-sizing:border-box`,
        walk: `width:22px;height:5px;background:${colours.action}`,
        other: `width:7px;height:7px;border-radius:4px;background:${colours.quiet}`,
      };
      row.append(element("i", `display:inline-block;${looks[form]}`), element("span", "margin-left:6px;", text));
      box.append(row);
    });
  }

  return draw;
})()
