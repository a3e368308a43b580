"""`python -m geomagnifier` is the command `geomag`."""

import sys


def main() -> None:
    """Run the command.

    Ctrl-C and SIGTERM end in a word from the first moment on, and in none while Python takes itself
    down.
    """
    import signal

    from geomagnifier.cli import stopping

    stopping.take_sigterm()
    try:
        from geomagnifier.cli import help_page

        if sys.argv[1:] in help_page.ASKED:
            help_page.main()
            return
        from geomagnifier.cli.main import main as command

        command()
    except (
        KeyboardInterrupt
    ) as stopped:  # while all this was imported: within a command it is told there
        print("geomag: stopped", file=sys.stderr)
        raise SystemExit(stopping.exit_code(stopped)) from None
    finally:
        # Ctrl-C in text that was run so, as dataclasses do: Python would end by the signal at last,
        # whatever the exit code.
        exec("")
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    main()
