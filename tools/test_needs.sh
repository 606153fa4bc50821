#!/bin/sh
# test_needs.sh PYTHON: Chromium and Chinese fonts for the browser tests, PostgreSQL with PostGIS for those of the store.
# Root gets them by apt-get (where apt has no Chromium that runs, as on Ubuntu, Playwright brings one); others get the
# list of what is missing, and failure.
set -eu
python=$1

has_browser() {
    "$python" -c 'import sys; from tests.browser.chromium import works; sys.exit(not works())'
}
has_fonts() {
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]
}
has_postgres() {
    "$python" -c 'from tests.store.servers import programs; programs()' 2>/dev/null
}

missing=""
has_browser || missing="$missing chromium"
has_fonts || missing="$missing fontconfig fonts-noto-cjk"
has_postgres || missing="$missing postgresql postgresql-postgis"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "测试需要下列系统软件包，请让管理员安装：apt-get install$missing" >&2
    echo "（Ubuntu 上的 chromium 是 snap 包时，可改用：$python -m playwright install --with-deps chromium）" >&2
    exit 1
fi
echo "Installing$missing"
apt-get update -qq
for package in $missing; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null || true
done
has_browser || "$python" -m playwright install --with-deps chromium
has_browser || { echo "没有可用的 Chromium，浏览器测试无法进行。" >&2; exit 1; }
has_fonts || { echo "没有中文字体（fonts-noto-cjk），浏览器测试无法进行。" >&2; exit 1; }
has_postgres || { echo "没有 PostgreSQL 和 PostGIS（postgresql、postgresql-postgis），数据库测试无法进行。" >&2; exit 1; }
