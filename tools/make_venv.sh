#!/bin/sh
# make_venv.sh FOLDER: a virtual environment made with the first Python >= 3.11 found (or the one named by PYTHON).
# Where Debian keeps venv in a package of its own it is installed when root; else the package to ask for is printed.
set -eu
folder=$1

for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$python
        break
    fi
done
if [ -z "${found:-}" ]; then
    echo "需要 Python 3.11 或更新的版本；请安装后再试，或用 PYTHON=/路径/python3.12 make run 指定。" >&2
    exit 1
fi

if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$(basename "$found")-venv
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "缺少系统软件包：$package。请让管理员执行：apt-get install $package" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
fi

if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
    "$found" -m venv "$folder"
fi
