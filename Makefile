# make run    set everything up (once) and open the dashboard on 127.0.0.1:8501 (PORT=8600 make run for another port)
# make test   set up what tests need (once), then the style check and all tests
# make clean  remove what was set up

PORT ?= 8501
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := run
.PHONY: run test clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed static/vendor/.fetched
	@echo "准备演示城市，随后打开 http://127.0.0.1:$(PORT)"
	@$(PY) -m streamlit run serve.py --server.port $(PORT)

test: $(VENV)/.installed-test static/vendor/.fetched
	@tools/test_needs.sh $(PY)
	$(PY) -m ruff check .
	$(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile

clean:
	rm -rf $(VENV) node_modules static/vendor

$(VENV)/.made: tools/make_venv.sh
	@tools/make_venv.sh $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.txt
	@echo "Installing requirements.txt (a few minutes the first time)"
	@$(PY) -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.txt
	@echo "Installing requirements-test.txt"
	@$(PY) -m pip install --quiet -r requirements-test.txt
	@touch $@

static/vendor/.fetched: $(VENV)/.made package.json package-lock.json requirements-assets.txt tools/fetch_assets.py
	@$(PY) tools/fetch_assets.py
	@touch $@
