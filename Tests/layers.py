"""The layer rule: a target imports only the targets that Package.swift names for it.

The compiler lets a target import what another one brings along; this does not.
"""

import json
import pathlib
import re
import subprocess
import sys

IMPORT = re.compile(
    r"^\s*(?:@\w+\s+)*(?:public |package |internal |private |fileprivate )?import\s+(?:\w+\s+)?(\w+)", re.M
)


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    package = json.loads(subprocess.check_output(["swift", "package", "dump-package"], cwd=root))
    names = {target["name"] for target in package["targets"]}
    wrong = []
    for target in package["targets"]:
        folder = root / ("Tests" if target["type"] == "test" else "Sources") / target["name"]
        allowed = {next(iter(dependency.values()))[0] for dependency in target["dependencies"]}
        for file in sorted(folder.rglob("*.swift")):
            for module in IMPORT.findall(file.read_text()):
                if module in names and module not in allowed | {target["name"]}:
                    wrong.append(
                        f"{file.relative_to(root)}: imports {module}, which {target['name']} does not depend on"
                    )
    print("\n".join(wrong) or f"layers: {len(names)} targets import only what they name")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
