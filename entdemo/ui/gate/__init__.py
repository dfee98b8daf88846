"""What a request must pass before Gradio sees it."""
