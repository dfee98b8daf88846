"""entdemo: class and similar teaching cases for ear, nose and throat endoscopy frames."""

__version__ = "0.1.0"
