"""What a script in the frame of the map of 选址推演 can tell of what is drawn there."""

# The middle of the longest failing stretches that lie well inside the map, in its pixels.
FAILING_STRETCHES = """() => {
  const size = map.getSize(), found = [];
  map.eachLayer((layer) => {
    if (!(layer instanceof L.Polyline) || layer.options.color !== "#CF3A1E" || !layer.getTooltip()) return;
    const line = layer.getLatLngs().map((at) => map.latLngToContainerPoint(at));
    const a = line[0], b = line[line.length - 1];
    found.push({x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, long: Math.hypot(a.x - b.x, a.y - b.y)});
  });
  return found.filter((one) => one.x > 80 && one.x < size.x - 80 && one.y > 90 && one.y < size.y - 70)
    .sort((one, other) => other.long - one.long);
}"""
