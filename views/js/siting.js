// What planners do on a city's map: sites they change, proposals, areas they keep free; clicks and drags go straight to
// the server. Runs inside folium's page, above map.js. Every text of the data is set as text, never as HTML.
(function () {
  const STOCK_FROM_ZOOM = 13.5, MOST_NUMBERS = 30;
  let stock = [], hidden = new Set(), colours = {}, mode = "look", serial = 0, canvas = null, widths = () => {};

  function send(what, latlng, map, more) {
    serial = Math.max(serial + 1, Date.now());
    const at = latlng ? {lon: latlng.lng, lat: latlng.lat} : {};
    window.Streamlit.setComponentValue({serial, what, zoom: map.getZoom(), ...at, ...more});
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

  // The city's own sites as small dots, drawn only when a street is near enough to tell them apart.
  const Dots = L.Layer.extend({
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "", map.getPane("stock"));
      map.on("moveend zoomend resize", this.draw, this);
      map.on("zoomstart", this.clear, this);
      this.draw();
    },
    onRemove(map) {
      this._canvas.remove();
      map.off("moveend zoomend resize", this.draw, this);
      map.off("zoomstart", this.clear, this);
    },
    clear() { this._canvas.getContext("2d").clearRect(0, 0, this._canvas.width, this._canvas.height); },
    draw() {
      const map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
      this._canvas.width = size.x * ratio;
      this._canvas.height = size.y * ratio;
      this._canvas.style.cssText += `width:${size.x}px;height:${size.y}px;`;
      if (map.getZoom() < STOCK_FROM_ZOOM) return;
      const context = this._canvas.getContext("2d"), bounds = map.getBounds().pad(0.02);
      const r = map.getZoom() < 15 ? 2.2 : 3.6;
      context.scale(ratio, ratio);
      context.fillStyle = colours.text;
      context.strokeStyle = "#fff";
      context.lineWidth = 0.8;
      stock.forEach((at, number) => {
        if (hidden.has(number) || !bounds.contains(at)) return;
        const p = map.latLngToContainerPoint(at);
        context.beginPath();
        context.arc(p.x, p.y, r, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      });
    },
  });
  let dots = null;

  function pane(map, name, level) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = level;
    made.style.pointerEvents = "none";
    return name;
  }

  function begin(map, given) {
    colours = given.colours;
    stock = given.stock.map((steps) => decode(steps, given.origin)[0]);
    map.doubleClickZoom.disable();
    map.attributionControl && map.attributionControl.remove();
    pane(map, "stock", 425);
    pane(map, "edits", 450);
    pane(map, "numbers", 455);
    dots = new Dots().addTo(map);
    map.on("click", (event) => send("click", event.latlng, map));
    send("stands", null, map);
  }

  const Sign = L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer, context = renderer._ctx, {x, y} = this._point, {form} = this.options;
      const r = this._radius;
      if (!renderer._drawing || this._empty()) return;
      context.save();
      context.setLineDash([]);
      context.lineWidth = 2;
      if (this.options.chosen) {
        context.beginPath();
        context.arc(x, y, r + 5, 0, 2 * Math.PI);
        context.strokeStyle = colours.text;
        context.stroke();
      }
      shape(context, form, x, y, r);
      context.restore();
    },
  });

  // New: full blue disc; changed: blue ring with a dot; moved: blue disc with a tail to where it was (drawn apart);
  // gone: grey cross; proposed: white disc with a dark rim; proposed mending: the same with a dot.
  function shape(context, form, x, y, r) {
    const disc = (fill, line, radius, width) => {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = fill;
      context.fill();
      context.lineWidth = width;
      context.strokeStyle = line;
      context.stroke();
    };
    if (form === "gone") {
      disc("#fff", colours.text, r - 1, 1.4);
      context.beginPath();
      context.moveTo(x - r * 0.5, y - r * 0.5);
      context.lineTo(x + r * 0.5, y + r * 0.5);
      context.moveTo(x + r * 0.5, y - r * 0.5);
      context.lineTo(x - r * 0.5, y + r * 0.5);
      context.lineWidth = 1.6;
      context.stroke();
    } else if (form === "new" || form === "moved") {
      disc(colours.pass, "#fff", r, 1.6);
    } else if (form === "changed") {
      disc("#fff", colours.pass, r - 0.5, 2.4);
      disc(colours.pass, colours.pass, r * 0.3, 0.5);
    } else {
      disc("#fff", colours.text, r - 0.5, 1.8);
      if (form === "mend") disc(colours.text, colours.text, r * 0.3, 0.5);
    }
  }

  function draw(map, group, given) {
    const {origin} = given;
    const at = (steps) => decode(steps, origin);
    mode = given.mode;
    map.getContainer().style.cursor = {place: "crosshair", move: "crosshair", forbid: "crosshair"}[mode] || "";
    map.getPane("findings").style.cursor = "inherit";
    hidden = new Set(given.hidden);
    dots.draw();
    map.getPane("edits").style.pointerEvents = "auto";
    canvas = canvas || L.canvas({pane: "edits", padding: 0.3, tolerance: 3});
    const told = (layer, text) => layer.bindTooltip(textNode(text), {sticky: true, opacity: 1});
    given.areas.forEach(([steps, radius]) => {
      const [centre] = at(steps);
      L.circle(centre, {renderer: canvas, interactive: false, radius, color: colours.text, weight: 1.2, dashArray: "3 3",
        fillColor: colours.unknown, fillOpacity: 0.28}).addTo(group);
    });
    given.tails.forEach((steps) => {
      L.polyline(at(steps), {renderer: canvas, interactive: false, color: colours.pass, weight: 1.6, dashArray: "2 3"}).addTo(group);
    });
    const signs = given.signs.map(([steps, form, text, chosen, number]) => {
      const [centre] = at(steps);
      const sign = new Sign(centre, {renderer: canvas, form, chosen, fill: true, radius: 6}).addTo(group);
      told(sign, text);
      return [sign, centre, number];
    });
    numbers(map, group, signs.filter(([, , number]) => number));
    handle(map, group, given);
    const crowded = given.signs.filter(([, , , , number]) => number).length > MOST_NUMBERS;
    const resize = () => {
      map.getPane("numbers").style.display = crowded && map.getZoom() < STOCK_FROM_ZOOM ? "none" : "";
      signs.forEach(([sign]) => sign.setRadius(map.getZoom() < 12 ? 4.5 : map.getZoom() < 14 ? 5.5 : 7.5));
    };
    widths();
    map.on("zoomend", resize);
    widths = () => map.off("zoomend", resize);
    resize();
    legend(given.legend);
  }

  // One number for each stretch that proposals repair.
  function numbers(map, group, labelled) {
    labelled.forEach(([, centre, number]) => {
      const node = document.createElement("div");
      node.textContent = number;
      node.style.cssText = "position:absolute;transform:translate(-50%,-26px);min-width:18px;height:18px;line-height:18px;" +
        `border-radius:9px;padding:0 3px;box-sizing:border-box;background:${colours.text};color:#fff;font-size:11px;` +
        "font-weight:700;text-align:center;";
      const icon = L.divIcon({html: node, className: "", iconSize: [0, 0]});
      L.marker(centre, {icon, interactive: false, keyboard: false, pane: "numbers"}).addTo(group);
    });
  }

  // The chosen site can be taken and dragged.
  function handle(map, group, given) {
    if (!given.handle) return;
    const [steps, id, text] = given.handle;
    const node = document.createElement("div");
    node.style.cssText = "position:absolute;width:26px;height:26px;left:-13px;top:-13px;border-radius:50%;cursor:move;";
    const icon = L.divIcon({html: node, className: "siting-handle", iconSize: [0, 0]});
    const marker = L.marker(decode(steps, given.origin)[0], {icon, draggable: true, keyboard: false, zIndexOffset: 1000});
    marker.bindTooltip(textNode(text), {opacity: 1, direction: "top", offset: [0, -14]});
    let ghost = null;
    marker.on("dragstart", () => {
      marker.closeTooltip();
      ghost = L.circleMarker(marker.getLatLng(), {radius: 8, color: colours.pass, weight: 2, fillColor: "#fff", fillOpacity: 1,
        interactive: false}).addTo(group);
    });
    marker.on("drag", () => ghost.setLatLng(marker.getLatLng()));
    marker.on("dragend", () => send("drag", marker.getLatLng(), map, {id}));
    marker.addTo(group);
  }

  function textNode(text) {
    const node = document.createElement("span");
    node.style.fontSize = "12px";
    node.textContent = text;
    return node;
  }

  function legend(rows) {
    const box = document.getElementById("legend");
    rows.forEach(([form, text]) => {
      const row = document.createElement("span"), sign = picture(form);
      row.style.cssText = "display:inline-flex;align-items:center;margin-left:14px;white-space:nowrap;";
      const words = textNode(text);
      words.style.marginLeft = "6px";
      row.append(sign, words);
      box.append(row);
    });
  }

  function picture(form) {
    const made = document.createElement("canvas"), ratio = window.devicePixelRatio || 1, wide = form === "repaired" ? 26 : 16;
    made.width = wide * ratio;
    made.height = 16 * ratio;
    made.style.cssText = `width:${wide}px;height:16px`;
    const context = made.getContext("2d");
    context.scale(ratio, ratio);
    if (form === "repaired") {
      context.fillStyle = colours.pass;
      context.fillRect(0, 6, wide, 4.5);
    } else {
      shape(context, form, 8, 8, 6.5);
    }
    return made;
  }

  return {begin, draw};
})()
