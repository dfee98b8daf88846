PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is imported gets its bytecode then; the rest, most of 19,000 files, needs none.
PIP := $(BIN)/python -m pip install --quiet --no-compile

.PHONY: app test lint types layers quality browser screenshots page-load bundle clean

app: $(VENV)/app.stamp
	$(BIN)/python app.py

test: $(VENV)/test.stamp browser
	$(BIN)/python -m pytest

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

# Which room of the package may import which; the contract stands in pyproject.toml.
layers: $(VENV)/test.stamp
	$(BIN)/lint-imports

quality: lint types layers

# Browser tests drive Debian's Chromium and are skipped, with the reason, where there is none.
browser:
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium) \
		|| echo "Chromium could not be installed: browser tests will be skipped."

$(VENV)/app.stamp: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/test.stamp: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e ".[dev,milvus,train]"
	touch $@

# The pictures in docs/app.md.
screenshots: $(VENV)/test.stamp browser
	$(BIN)/python -m benchmarks.screenshots

# Weight, first paint and stillness of the page, told in docs/app.md.
page-load: $(VENV)/test.stamp browser
	$(BIN)/python -m benchmarks.page_load

# The shipped weights and gallery anew: about five hours on two CPU cores. From the shipped gallery two cases
# were removed by hand, whose highlights the search for burned-in text takes for letters.
bundle: $(VENV)/test.stamp
	for recipe in default-1 default-2 default-3 default-4 default; do \
		$(BIN)/python -m entdemo train entdemo/training/recipes/$$recipe.yaml || exit 1; \
	done
	rm -rf runs/gallery runs/test
	$(BIN)/python -m entdemo phantom runs/gallery --n 840 --seed 404
	$(BIN)/python -m entdemo gallery build gallery/default --from runs/gallery --weights weights/default
	$(BIN)/python -m entdemo gallery map gallery/default
	$(BIN)/python -m entdemo phantom runs/test --n 1400 --seed 909
	$(BIN)/python -m benchmarks.model_card runs/test --sentences tests/sentences.jsonl

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .import_linter_cache dist .hypothesis
