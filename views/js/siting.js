// What planners do on a city's map: sites they change, proposals, areas they keep free; clicks and drags go straight to
// the server. Runs inside folium's page, above map.js. Every text of the data is set as text, never as HTML.
(function () {
  const STOCK_FROM_ZOOM = 13.5, MOST_NUMBERS = 30, CLOSE_PX = 12;
  let stock = [], hidden = new Set(), colours = {}, mode = "look", drawn = false, serial = 0, canvas = null;
  let grip = null, base = {}, token = "", origin = [0, 0], theMap = null, found = null, signs = null, lastDelta = null, widths = () => {};

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
    ({colours, base, token, origin} = given);
    theMap = map;
    stock = given.stock.map((steps) => decode(steps, origin)[0]);
    map.doubleClickZoom.disable();
    map.attributionControl && map.attributionControl.remove();
    pane(map, "areas", 415);
    pane(map, "stock", 425);
    pane(map, "edits", 450);
    pane(map, "numbers", 455);
    dots = new Dots().addTo(map);
    map.on("click", (event) => { if (!outline.take(event)) send("click", event.latlng, map); });
    outline.listen(map);
    findings({});
    send("stands", null, map);
  }

  // What was edited, as the server tells it; whether it was told of the city that this map shows.
  function update(data) {
    if (!theMap || data.token !== token) return false;
    findings(data.delta);
    if (signs) signs.remove();
    signs = L.featureGroup().addTo(theMap);
    draw(theMap, signs, data);
    return true;
  }

  // The city as it is with what differs put in its place; left standing when nothing differs from what is drawn.
  function findings(delta) {
    const text = JSON.stringify(delta);
    if (text === lastDelta) return;
    lastDelta = text;
    const given = {...base};
    Object.entries(delta).forEach(([name, own]) => {
      const gone = new Set(own.gone);
      given[name] = "now" in own ? own.now : base[name].filter((row, place) => !gone.has(place)).concat(own.new);
    });
    const last = found;
    found = L.featureGroup().addTo(theMap);
    window.cityMap.findings(theMap, found, given);
    if (last) last.remove();
  }

  // An area that is drawn corner by corner: closed by a click on its first corner or a double click, given up by Esc.
  const outline = {
    corners: [], layer: null, at: 0,
    listen(map) {
      map.on("mousemove", (event) => this.show(map, event.latlng));
      map.on("dblclick", () => { if (this.corners.length > 2) this.close(map); });
      map.on("contextmenu", () => { this.corners.pop(); this.show(map); });
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") this.drop(); });
    },
    take(event) {
      if (mode !== "forbid" || !drawn) return false;
      const map = theMap, near = (at) => map.latLngToContainerPoint(at).distanceTo(event.containerPoint) < CLOSE_PX;
      if (!this.corners.length && areasAt(event.latlng)) return false;  // a click into an area opens it again
      if (this.corners.length > 2 && near(this.corners[0])) this.close(map);
      else if (!this.corners.length || !near(this.corners[this.corners.length - 1])) this.corners.push(event.latlng);
      this.show(map, event.latlng);
      return true;
    },
    show(map, pointer) {
      if (this.layer) this.layer.remove();
      this.layer = null;
      if (!this.corners.length) return;
      const look = {pane: "overlayPane", interactive: false, color: colours.text, weight: 1.6};
      this.layer = L.featureGroup([
        L.polygon(pointer ? [...this.corners, pointer] : this.corners, {...look, dashArray: "4 3", fillColor: colours.unknown, fillOpacity: 0.2}),
        ...this.corners.map((at, n) => L.circleMarker(at, {...look, radius: n ? 3 : 5.5, fillColor: "#fff", fillOpacity: 1})),
      ]).addTo(map);
    },
    close(map) {
      const corners = this.corners.map((at) => [at.lng, at.lat]);
      send("area", this.corners[0], map, {corners});
      this.corners = [];
    },
    drop() {
      this.corners = [];
      if (this.layer) this.layer.remove();
      this.layer = null;
    },
  };

  let areas = [];

  // Whether a place lies in an area that is kept free.
  function areasAt(place) {
    return areas.some((ring) => {
      let inside = false;
      ring.forEach((a, n) => {
        const b = ring[n ? n - 1 : ring.length - 1];
        if (a.lat > place.lat !== b.lat > place.lat &&
            place.lng < a.lng + (b.lng - a.lng) * (place.lat - a.lat) / (b.lat - a.lat)) inside = !inside;
      });
      return inside;
    });
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
  // gone: a cross; proposed: white disc with a dark rim, to be repaired with a dot in it, to show more themes with a bar,
  // both with a dot above a bar; required: a dark square with a white middle.
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
    const bar = (height) => {
      context.fillStyle = colours.text;
      context.fillRect(x - r * 0.5, y + height - 1, r, 2);
    };
    const dot = (height) => {
      context.beginPath();
      context.arc(x, y + height, r * 0.3, 0, 2 * Math.PI);
      context.fillStyle = colours.text;
      context.fill();
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
    } else if (form === "required") {
      context.fillStyle = colours.text;
      context.strokeStyle = "#fff";
      context.lineWidth = 1.6;
      context.fillRect(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2);
      context.strokeRect(x - r + 1, y - r + 1, 2 * r - 2, 2 * r - 2);
      context.fillStyle = "#fff";
      context.fillRect(x - r * 0.3, y - r * 0.3, r * 0.6, r * 0.6);
    } else {
      disc("#fff", colours.text, r - 0.5, 1.8);
      if (form === "repair") dot(0);
      if (form === "retheme") bar(0);
      if (form === "both") {
        dot(-r * 0.25);
        bar(r * 0.4);
      }
    }
  }

  function draw(map, group, given) {
    const at = (steps) => decode(steps, origin);
    if (mode !== given.mode || drawn !== given.drawn) outline.drop();
    ({mode, drawn} = given);
    map.getContainer().style.cursor = mode === "look" ? "" : "crosshair";
    map.getPane("findings").style.cursor = "inherit";
    hidden = new Set(given.hidden);
    dots.draw();
    map.getPane("edits").style.pointerEvents = "auto";
    canvas = canvas || L.canvas({pane: "edits", padding: 0.3, tolerance: 3});
    areas = given.areas.map(at);
    areas.forEach((ring) => {
      L.polygon(ring, {pane: "areas", interactive: false, color: colours.text, weight: 1.2, dashArray: "3 3",
        fillColor: colours.unknown, fillOpacity: 0.28}).addTo(group);
    });
    given.tails.forEach((steps) => {
      L.polyline(at(steps), {renderer: canvas, interactive: false, color: colours.pass, weight: 1.6, dashArray: "2 3"}).addTo(group);
    });
    const made = given.signs.map(([x, y, form, text, chosen, number]) => {
      const [centre] = at([x, y]);
      const sign = new Sign(centre, {renderer: canvas, form, chosen, fill: true, radius: 6, text}).addTo(group);
      return [sign, centre, number];
    });
    tell(map, given.texts);
    const labelled = made.filter(([, , number]) => number);
    numbers(group, labelled);
    handle(map, group, given);
    const resize = () => {
      map.getPane("numbers").style.display = labelled.length > MOST_NUMBERS && map.getZoom() < STOCK_FROM_ZOOM ? "none" : "";
      made.forEach(([sign]) => sign.setRadius(map.getZoom() < 12 ? 4.5 : map.getZoom() < 14 ? 5.5 : 7.5));
    };
    widths();
    map.on("zoomend", resize);
    widths = () => map.off("zoomend", resize);
    resize();
    legend(given.legend);
  }

  // One tooltip for all signs: it opens over the one that is pointed at.
  function tell(map, texts) {
    signs.unbindTooltip();
    if (texts.length) signs.bindTooltip((sign) => textNode(texts[sign.options.text] || ""), {sticky: true, opacity: 1});
  }

  // One number for each stretch that proposals repair.
  function numbers(group, labelled) {
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
    if (grip) grip.remove();
    grip = null;
    if (!given.handle) return;
    const [steps, id, text] = given.handle;
    const node = document.createElement("div");
    node.style.cssText = "position:absolute;width:26px;height:26px;left:-13px;top:-13px;border-radius:50%;cursor:move;";
    const icon = L.divIcon({html: node, className: "siting-handle", iconSize: [0, 0]});
    node.title = text;  // the browser's own: it waits, and covers no sign
    const marker = L.marker(decode(steps, origin)[0], {icon, draggable: true, keyboard: false, zIndexOffset: 1000});
    let ghost = null;
    marker.on("dragstart", () => {
      ghost = L.circleMarker(marker.getLatLng(), {radius: 8, color: colours.pass, weight: 2, fillColor: "#fff", fillOpacity: 1,
        interactive: false}).addTo(group);
    });
    marker.on("drag", () => ghost.setLatLng(marker.getLatLng()));
    marker.on("dragend", () => send("drag", marker.getLatLng(), map, {id}));
    grip = marker.addTo(map);
  }

  function textNode(text) {
    const node = document.createElement("span");
    node.style.fontSize = "12px";
    node.textContent = text;
    return node;
  }

  function legend(rows) {
    const box = document.getElementById("legend");
    Object.assign(box.style, {display: "flex", flexWrap: "wrap", rowGap: "4px", maxWidth: "calc(100vw - 210px)"});
    box.querySelectorAll(".edited").forEach((row) => row.remove());
    rows.forEach(([form, text]) => {
      const row = document.createElement("span"), sign = picture(form);
      row.className = "edited";
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
    } else if (form === "forbidden") {
      context.globalAlpha = 0.28;
      context.fillStyle = colours.unknown;
      context.fillRect(1, 2, 14, 12);
      context.globalAlpha = 1;
      context.setLineDash([3, 3]);
      context.strokeStyle = colours.text;
      context.strokeRect(1, 2, 14, 12);
    } else {
      shape(context, form, 8, 8, 6.5);
    }
    return made;
  }

  return {begin, update};
})()
