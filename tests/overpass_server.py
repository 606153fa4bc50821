"""A small server on this machine that answers as an Overpass API does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

BOX = (121.0, 31.0, 121.01, 31.01)
# A street of three nodes, a stop beside it, a square (closed way), a district relation of two ways, a billboard.
NODES = {
    1: (121.001, 31.001),
    2: (121.005, 31.001),
    3: (121.009, 31.001),
    4: (121.002, 31.004),
    5: (121.004, 31.004),
    6: (121.004, 31.006),
    7: (121.002, 31.006),
    8: (121.0001, 31.0001),
    9: (121.0099, 31.0001),
    10: (121.0099, 31.0099),
}
TAGGED = {
    20: ((121.005, 31.0011), {"highway": "bus_stop", "name": "人民广场"}),
    21: ((121.003, 31.0012), {"advertising": "billboard", "direction": "NE", "width": "3 m"}),
}
ELEMENTS = [
    *({"type": "node", "id": number, "lon": lon, "lat": lat} for number, (lon, lat) in NODES.items()),
    *({"type": "node", "id": n, "lon": xy[0], "lat": xy[1], "tags": tags} for n, (xy, tags) in TAGGED.items()),
    {"type": "way", "id": 30, "nodes": [1, 2, 3], "tags": {"highway": "primary", "name": "中山路", "oneway": "yes"}},
    {"type": "way", "id": 31, "nodes": [4, 5, 6, 7, 4], "tags": {"place": "square", "name": "人民广场"}},
    {"type": "way", "id": 32, "nodes": [8, 9, 10]},
    {"type": "way", "id": 33, "nodes": [10, 8]},
    {
        "type": "relation",
        "id": 40,
        "members": [{"type": "way", "ref": ref, "role": "outer"} for ref in (32, 33)],
        "tags": {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": "测试区"},
    },
]
ANSWER = json.dumps({"version": 0.6, "generator": "Overpass API", "elements": ELEMENTS})


class Server:
    """Answers ``replies`` (status, text) one after the other, the last one for ever; keeps the questions."""

    def __init__(self):
        self.replies, self.questions = [(200, ANSWER)], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.questions.append((self.path, parse_qs(body)["data"][0]))
                status, text = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                if status == 0:  # takes longer than the client waits
                    outer.release.wait(5)
                    return
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args):
                pass

        self.release = threading.Event()
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self):
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
