"""`make bench`: every benchmark, one after the other, as the tables of docs/speed.md."""

from benchmarks import classroom, command, growth, memory, page, speed, sweep


def main() -> None:
    """Print the tables."""
    for part in (speed, command, sweep, memory, growth, classroom, page):
        print(f"\n## {(part.__doc__ or '').splitlines()[0]}\n", flush=True)
        part.main()


if __name__ == "__main__":
    main()
