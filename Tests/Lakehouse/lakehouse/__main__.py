"""python -m lakehouse [serve] … | golden … | scenarios"""

import sys

from . import golden, main, scenarios

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["golden", *rest]:
            sys.exit(golden.main(rest))
        case ["scenarios"]:
            print("\n".join(scenarios.NAMES))
        case ["serve", *rest] | rest:
            sys.exit(main.serve(rest))
