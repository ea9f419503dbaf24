"""``python -m api`` is ``dougong``."""

from api.cli import main

if __name__ == "__main__":
    main()
