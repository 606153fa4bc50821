// Draws a city's map: the ground once, what was found as often as it changes. Runs inside folium's page.
// Every text of the data is set as text, never as HTML.
(function () {
  const SITES_FROM_ZOOM = 13.5;
  const PLATE = "background:rgba(255,255,255,.88);padding:6px 10px;border-radius:6px;font-size:12px;color:#44535f;";

  let colours = {}, wholeCity = null, canvas = null, lastFit = "null", stopWidths = () => {};

  // [x0, y0, dx1, dy1, …] in steps of 1e-5 degrees from the origin -> Leaflet's positions.
  function decode(steps, origin) {
    const points = [];
    let x = 0, y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([origin[1] + y * 1e-5, origin[0] + x * 1e-5]);
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
    made.style.pointerEvents = "none";
    return name;
  }

  // Widths in pixels at a zoom, between those of the whole city (12) and of a street (16).
  function width(zoom, atCity, atStreet) {
    const part = Math.max(0, Math.min(1, (zoom - 12) / 4));
    return atCity + (atStreet - atCity) * part;
  }

  function metresPerPixel(map) {
    return 40075016.7 * Math.cos(map.getCenter().lat * Math.PI / 180) / Math.pow(2, map.getZoom() + 8);
  }

  // Lines keep their weight, marks their radius, as the zoom asks.
  function keepWidths(map, layers) {
    const apply = () => layers.forEach(([layer, atCity, atStreet, dash]) => {
      const size = width(map.getZoom(), atCity, atStreet);
      if (layer.setRadius) layer.setRadius(size);
      else layer.setStyle(dash ? {weight: size, dashArray: dash(map.getZoom())} : {weight: size});
    });
    map.on("zoomend", apply);
    apply();
    return () => map.off("zoomend", apply);
  }

  function textLabel(map, at, node, paneName) {
    const icon = L.divIcon({html: node, className: "", iconSize: [0, 0]});
    return L.marker(at, {icon, interactive: false, keyboard: false, pane: paneName});
  }

  function haloText(text, size, weight, colour) {
    return element("div", `font-size:${size}px;font-weight:${weight};color:${colour};line-height:1.2;` +
      "white-space:nowrap;text-align:center;" +
      "text-shadow:-1.5px 0 #fff,1.5px 0 #fff,0 -1.5px #fff,0 1.5px #fff,1px 1px #fff,-1px -1px #fff,1px -1px #fff,-1px 1px #fff", text);
  }

  function ground(map, given) {
    const {origin, texts} = given;
    colours = given.colours;
    const lines = (all) => all.map((steps) => decode(steps, origin));
    const still = {renderer: L.canvas({pane: pane(map, "ground", 210), padding: 0.3}), interactive: false};
    Object.assign(map.getContainer().style, {background: colours.outside, fontFamily: texts.font, height: "100vh"});
    document.body.style.cssText = "margin:0;overflow:hidden";

    given.areas.forEach(([kind, polygons]) => {
      const rings = polygons.map((polygon) => lines(polygon));
      L.polygon(rings, {...still, stroke: false, fillColor: colours[kind], fillOpacity: 1}).addTo(map);
    });
    const roads = given.roads.map(([kind, all]) => {
      const [atCity, atStreet] = {lane: [0.7, 3], secondary: [1.4, 6], trunk: [2.4, 8], ring: [3.6, 10]}[kind];
      return [L.polyline(lines(all), {...still, color: colours[kind], lineJoin: "round"}).addTo(map), atCity, atStreet];
    });
    keepWidths(map, roads);
    L.polyline(lines(given.borders), {...still, color: colours.border, weight: 1.4, dashArray: "1.5 4"}).addTo(map);

    const names = pane(map, "street-names", 420);
    const shown = given.names.map(([steps, text, angle, fromZoom]) => {
      const node = haloText(text, 12, 400, colours.text);
      node.style.transform = `translate(-50%,-50%) rotate(${angle}deg)`;
      node.style.position = "absolute";
      return [textLabel(map, decode(steps, origin)[0], node, names), fromZoom];
    });
    const showNames = () => shown.forEach(([label, fromZoom]) => {
      if (map.getZoom() >= fromZoom) label.addTo(map); else label.remove();
    });
    map.on("zoomend", showNames);

    const zoom = L.control.zoom({position: "topleft", zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut}).addTo(map);
    zoom.getContainer().style.cssText = "border:1px solid #dce2e6;border-radius:6px;overflow:hidden;margin:8px;";
    zoom.getContainer().querySelectorAll("a").forEach((sign) => {
      sign.style.cssText = "width:26px;height:26px;line-height:25px;font-size:18px;font-weight:400;color:#44535f;";
    });
    plate(map, "topright", (box) => {
      box.style.cssText += "padding:8px;text-align:center;font-size:14px;line-height:1.2;background:none;";
      box.append(northArrow(colours.north), element("div", "", texts.north));
    });
    plate(map, "bottomright", (box) => { box.id = "legend"; });
    plate(map, "bottomleft", (box) => scaleBar(map, box, texts));

    // A click tells the zoom it was made at, so that the server knows how many metres a finger is wide.
    map.on("click", (event) => { event.latlng.alt = map.getZoom(); });
    wholeCity = given.bounds;
    map.invalidateSize(false);
    fill(map, wholeCity);
    showNames();
  }

  function fill(map, bounds) {
    map.fitBounds(bounds, {padding: [4, 4], animate: false});
  }

  function plate(map, position, fill) {
    const control = L.control({position});
    control.onAdd = () => {
      const box = element("div", PLATE + "margin:8px;");
      fill(box);
      return box;
    };
    control.addTo(map);
  }

  function northArrow(colour) {
    const space = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(space, "svg");
    picture.setAttribute("viewBox", "0 0 16 26");
    picture.setAttribute("width", "16");
    picture.setAttribute("height", "26");
    const shape = document.createElementNS(space, "path");
    shape.setAttribute("d", "M8 0 L16 26 L8 20 L0 26 Z");
    shape.setAttribute("fill", colour);
    picture.append(shape);
    return picture;
  }

  function scaleBar(map, box, texts) {
    const bar = element("span", "display:inline-block;height:5px;border:1.5px solid #44535f;border-top:none;margin-right:8px;");
    const text = element("span", "");
    box.append(bar, text);
    const update = () => {
      const perPixel = metresPerPixel(map);
      const power = Math.pow(10, Math.floor(Math.log10(perPixel * 150)));
      const round = [5, 2, 1].map((n) => n * power).find((n) => n <= perPixel * 150);
      bar.style.width = `${round / perPixel}px`;
      text.textContent = round >= 1000 ? `${round / 1000} ${texts.km}` : `${round} ${texts.m}`;
    };
    map.on("zoomend", update);
    map.whenReady(update);
  }

  // Shapes of a fixed size in pixels, drawn on the canvas: they differ in form, not only in colour.
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer, context = renderer._ctx, centre = this._point, r = this._radius;
      if (!renderer._drawing || this._empty() || this._map.getZoom() < this.options.fromZoom) return;
      context.beginPath();
      if (this.options.form === "diamond") {
        context.moveTo(centre.x, centre.y - r);
        context.lineTo(centre.x + r, centre.y);
        context.lineTo(centre.x, centre.y + r);
        context.lineTo(centre.x - r, centre.y);
      } else {
        context.arc(centre.x, centre.y, r, 0, 2 * Math.PI);
      }
      context.closePath();
      renderer._fillStroke(context, this);
      if (this.options.form === "hatched") hatch(context, centre, r, this.options.color);
    },
  });

  function hatch(context, centre, r, colour) {
    context.save();
    context.beginPath();
    context.arc(centre.x, centre.y, r, 0, 2 * Math.PI);
    context.clip();
    context.beginPath();
    for (let shift = -2 * r; shift <= 2 * r; shift += 4) {
      context.moveTo(centre.x + shift - r, centre.y + r);
      context.lineTo(centre.x + shift + r, centre.y - r);
    }
    context.globalAlpha = 1;
    context.lineWidth = 1;
    context.strokeStyle = colour;
    context.stroke();
    context.restore();
  }

  function findings(map, group, given) {
    const {origin} = given;
    const line = (steps) => decode(steps, origin);
    pane(map, "findings", 430);
    map.getPane("findings").style.pointerEvents = "auto";
    canvas = canvas || L.canvas({pane: "findings", padding: 0.3, tolerance: 3});
    const still = {renderer: canvas, interactive: false, lineCap: "butt"};
    const live = {renderer: canvas, lineCap: "butt"};
    const told = (layer, text) => layer.bindTooltip(element("span", "", text), {sticky: true, opacity: 1});
    const widths = [];
    const draw = (layer, atCity, atStreet, dash) => {
      layer.addTo(group);
      widths.push([layer, atCity, atStreet, dash]);
      return layer;
    };

    given.unknownLines.forEach(([steps, text]) => {
      draw(L.polyline(line(steps), {...still, color: "#fff"}), 6, 10);
      told(draw(L.polyline(line(steps), {...live, color: colours.unknown, dashArray: "2 3"}), 4, 8), text);
    });
    given.passLines.forEach(([steps, text]) => {
      told(draw(L.polyline(line(steps), {...live, color: colours.pass}), 2.6, 6), text);
    });
    const chosen = given.chosenLines.map(([steps]) => line(steps));
    draw(L.polyline(chosen, {...still, color: colours.text, lineCap: "square", lineJoin: "miter"}), 19, 26);
    draw(L.polyline(chosen, {...still, color: "#fff", lineCap: "square", lineJoin: "miter"}), 16, 23);
    const fails = given.failLines.map(([steps]) => line(steps));
    draw(L.polyline(fails, {...still, color: "#fff", lineCap: "round"}), 12, 17);
    const dash = (zoom) => `${(1.1 * width(zoom, 4, 7)).toFixed(1)} ${(0.9 * width(zoom, 4, 7)).toFixed(1)}`;
    draw(L.polyline(fails, {...still, color: colours.casing}), 8.6, 12, dash);
    given.failLines.forEach(([steps, text]) => {
      told(draw(L.polyline(line(steps), {...live, color: colours.fail}), 4.4, 7), text);
    });

    const mark = (form, atCity, atStreet, style) => ([steps, text]) => {
      told(draw(new Mark(line(steps)[0], {...live, form, fillOpacity: 1, weight: 1.3, ...style}), atCity, atStreet), text);
    };
    const framed = {color: colours.text, fillColor: "#fff", weight: 1.6};
    given.chosenPlaces.forEach(mark("diamond", 12, 17, framed));
    given.unknownPlaces.forEach(mark("hatched", 5, 8, {color: colours.unknown, fillColor: "#fff"}));
    given.passPlaces.forEach(mark("disc", 3.5, 6, {color: "#fff", fillColor: colours.pass}));
    given.failPlaces.forEach(mark("diamond", 6.2, 10, {color: colours.casing, fillColor: colours.fail}));
    given.sites.forEach(([steps, counted, text]) => {
      const style = counted ? {color: "#fff", fillColor: colours.text} : {color: colours.text, fillColor: "#fff"};
      mark("disc", 2, 5, {...style, weight: 1, fromZoom: SITES_FROM_ZOOM})([steps, text]);
    });

    const names = pane(map, "district-names", 440);
    given.labels.forEach(([steps, name, score]) => {
      const node = element("div", "position:absolute;transform:translate(-50%,-50%)");
      node.append(haloText(name, 15, 400, colours.text), haloText(score, 19, 700, colours.text));
      textLabel(map, line(steps)[0], node, names).addTo(group);
    });

    stopWidths();
    stopWidths = keepWidths(map, widths);
    legend(given.legend);
    if (JSON.stringify(given.fit) !== lastFit) {
      lastFit = JSON.stringify(given.fit);
      fill(map, given.fit ? line(given.fit) : wholeCity);
    }
    if (given.show) {
      const box = L.latLngBounds(line(given.show));
      if (!map.getBounds().pad(-0.05).contains(box)) map.panTo(box.getCenter(), {animate: false});
    }
  }

  function legend(rows) {
    const box = document.getElementById("legend");
    if (!box) return;
    box.replaceChildren();
    rows.forEach(([form, text]) => {
      const row = element("span", "display:inline-flex;align-items:center;margin-left:14px;white-space:nowrap;");
      row.append(sign(form), element("span", "margin-left:6px;", text));
      box.append(row);
    });
    if (box.firstChild) box.firstChild.style.marginLeft = "0";
  }

  function sign(form) {
    const canvas = document.createElement("canvas"), ratio = window.devicePixelRatio || 1;
    const [w, h] = form === "fail-line" ? [30, 12] : [16, 16];
    canvas.width = w * ratio;
    canvas.height = h * ratio;
    canvas.style.cssText = `width:${w}px;height:${h}px`;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    if (form === "fail-line") {
      const stroke = (colour, weight, dashes) => {
        context.beginPath();
        context.setLineDash(dashes);
        context.moveTo(0, h / 2);
        context.lineTo(w, h / 2);
        context.strokeStyle = colour;
        context.lineWidth = weight;
        context.stroke();
      };
      stroke(colours.casing, 9, [4.6, 3.8]);
      stroke(colours.fail, 4.6, []);
    } else {
      const centre = {x: w / 2, y: h / 2};
      context.beginPath();
      if (form === "diamond") {
        [[0, -7], [7, 0], [0, 7], [-7, 0]].forEach(([x, y]) => context.lineTo(centre.x + x, centre.y + y));
      } else {
        context.arc(centre.x, centre.y, form === "hatched" ? 6 : 5, 0, 2 * Math.PI);
      }
      context.closePath();
      context.fillStyle = {diamond: colours.fail, hatched: "#fff", disc: colours.pass}[form];
      context.fill();
      context.lineWidth = 1.3;
      context.strokeStyle = {diamond: colours.casing, hatched: colours.unknown, disc: "#fff"}[form];
      context.stroke();
      if (form === "hatched") hatch(context, centre, 6, colours.unknown);
    }
    return canvas;
  }

  return {ground, findings};
})()
