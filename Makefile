# Two commands do everything: `make demo` shows the project, `make test` checks it.
# On a fresh machine each makes its own .venv first; `make install` does no more than that.

PYTHON ?= python3
PORT   ?= 8000
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   := var/demo
TORCH  := torch==2.13.0
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Any change of what must be installed installs it again, and nothing else does.
INSTALLED      := $(VENV)/installed
INSTALLED_TEST := $(VENV)/installed-test

demo: export XIEHUI_NAME ?= 江岚省高等院校后勤协会
# The site of corpus/website, which has the search box on it.
demo: export XIEHUI_ALLOWED_ORIGINS ?= ["http://127.0.0.1:8001"]
demo: export XIEHUI_EXAMPLES ?= ["新秘书长是谁，得了多少票","协会什么时候换届","孩子寝室开空调一度电多少钱"]

.PHONY: demo install test test-slow check clean

demo: $(INSTALLED)
	@for audience in public member staff; do \
		$(BIN)/xiehui ingest corpus/documents/$$audience --home $(DEMO) --audience $$audience || exit; done
	@exec $(BIN)/xiehui serve --home $(DEMO) --port $(PORT)

install: $(INSTALLED)
	@echo "已装好"

test: check
	$(BIN)/python -m pytest -q

test-slow: check
	$(BIN)/python -m pytest -q -m slow

check: $(INSTALLED_TEST)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "需要 Python 3.11 或更新的版本：请安装后再运行，或用 make PYTHON=路径 指定"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "缺少 venv：请先安装，Debian/Ubuntu 为 apt install python3-venv"; exit 1; }
	@echo "正在安装（首次需要几分钟）……"
	@$(PYTHON) -m venv $(VENV)
	@# torch first and by itself, so that nothing else chooses another build of it.
	@$(BIN)/python -m pip install --quiet --quiet $(TORCH)
	@$(BIN)/python -m pip install --quiet --quiet --editable '.[ocr]'
	@touch $@

$(INSTALLED_TEST): $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --quiet --editable '.[ocr,test]'
	@touch $@

clean:
	rm -rf $(VENV) $(DEMO)
