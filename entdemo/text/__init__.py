"""Words: normalising, terms, prompts, tokenizer."""
