"""python -m attncalc"""

from attncalc.cli import run

if __name__ == "__main__":
    run()
