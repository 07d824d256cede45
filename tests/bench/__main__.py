"""`./dev bench [--quick] [--json FILE] [NAME ...]`: run the benches and print every figure under its stable name."""

from tests.bench.command import main

if __name__ == "__main__":  # an import of a list reads its file in a process of its own, which loads this module again
    main()
