// Orders on a city's map: late ones as everything that fails, those on their way quiet, those that pass by now in blue.
// Runs inside folium's page, above map.js. Every text of the data is set as text, never as HTML.
(function () {
  let serial = 0, canvas = null, colours = {}, lastShow = null;

  function send(what, more) {
    serial = Math.max(serial + 1, Date.now());
    window.Streamlit.setComponentValue({serial, what, ...more});
  }

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

  function shape(context, kind, x, y, r) {
    context.beginPath();
    if (kind === "late") {
      [[0, -r], [r, 0], [0, r], [-r, 0]].forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
    } else {
      context.arc(x, y, r * 0.82, 0, 2 * Math.PI);
    }
    context.closePath();
    context.fillStyle = {late: colours.fail, open: colours.text, proposed: colours.pass, closed: "#fff"}[kind];
    context.fill();
    context.lineWidth = 1.4;
    context.strokeStyle = {late: colours.casing, closed: colours.grey}[kind] || "#fff";
    context.stroke();
    if (kind === "proposed") {  // a tick: not told by colour alone
      context.beginPath();
      context.moveTo(x - r * 0.4, y);
      context.lineTo(x - r * 0.08, y + r * 0.32);
      context.lineTo(x + r * 0.42, y - r * 0.32);
      context.strokeStyle = "#fff";
      context.lineWidth = 1.5;
      context.stroke();
    }
  }

  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer;
      if (!renderer._drawing || this._empty()) return;
      renderer._ctx.setLineDash([]);
      if (this.options.chosen) {
        renderer._ctx.beginPath();
        renderer._ctx.arc(this._point.x, this._point.y, this._radius + 5, 0, 2 * Math.PI);
        renderer._ctx.strokeStyle = colours.text;
        renderer._ctx.lineWidth = 2;
        renderer._ctx.stroke();
      }
      shape(renderer._ctx, this.options.kind, this._point.x, this._point.y, this._radius);
    },
  });

  function begin(map, given) {
    colours = given.colours;
    send("stands");
  }

  function draw(map, group, given) {
    if (!map.getPane("orders")) {
      map.createPane("orders").style.zIndex = 445;
      canvas = L.canvas({pane: "orders", padding: 0.3, tolerance: 4});
    }
    const still = {renderer: canvas, interactive: false, lineCap: "butt"};
    const told = (layer, id, text) => {
      const words = document.createElement("span");
      words.textContent = text;
      layer.bindTooltip(words, {sticky: true, opacity: 1});
      layer.on("click", (event) => { L.DomEvent.stop(event); send("pick", {id}); });
      layer.addTo(group);
    };
    const order = ["closed", "proposed", "open", "late"];
    given.lines.sort((one, other) => order.indexOf(one[1]) - order.indexOf(other[1]));
    given.lines.forEach(([steps, kind, id, text]) => {
      const line = decode(steps, given.origin), live = {renderer: canvas, lineCap: "butt"};
      if (id === given.chosen) L.polyline(line, {...still, color: colours.text, weight: 17, lineCap: "square"}).addTo(group);
      L.polyline(line, {...still, color: "#fff", weight: id === given.chosen ? 14 : 10}).addTo(group);
      if (kind === "late") L.polyline(line, {...still, color: colours.casing, weight: 8.6, dashArray: "4.6 3.8"}).addTo(group);
      const looks = {late: {color: colours.fail, weight: 4.6}, open: {color: colours.text, weight: 3.4},
        proposed: {color: colours.pass, weight: 5}, closed: {color: colours.grey, weight: 3, dashArray: "2 3"}}[kind];
      told(L.polyline(line, {...live, ...looks}), id, text);
    });
    given.places.sort((one, other) => order.indexOf(one[1]) - order.indexOf(other[1]));
    given.places.forEach(([steps, kind, id, text]) => {
      const at = decode(steps, given.origin)[0], radius = kind === "late" ? 8 : 6.5;
      told(new Sign(at, {renderer: canvas, kind, radius, chosen: id === given.chosen, fillOpacity: 1}), id, text);
    });
    legend(given.legend);
    if (given.show && given.chosen !== lastShow) {
      const box = L.latLngBounds(decode(given.show, given.origin));
      if (!map.getBounds().pad(-0.08).contains(box)) map.panTo(box.getCenter(), {animate: false});
    }
    lastShow = given.chosen;
  }

  function legend(rows) {
    const box = document.getElementById("legend");
    if (!box) return;
    box.replaceChildren();
    rows.forEach(([kind, text], place) => {
      const row = document.createElement("span"), sign = document.createElement("canvas");
      row.style.cssText = `display:inline-flex;align-items:center;white-space:nowrap;margin-left:${place ? 14 : 0}px`;
      const ratio = window.devicePixelRatio || 1;
      sign.width = sign.height = 18 * ratio;
      sign.style.cssText = "width:18px;height:18px;margin-right:5px";
      const context = sign.getContext("2d");
      context.scale(ratio, ratio);
      shape(context, kind, 9, 9, 7);
      row.append(sign, document.createTextNode(text));
      box.append(row);
    });
  }

  return {begin, draw};
})()
