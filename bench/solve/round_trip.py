"""What is lost of poses whose landmarks are exact."""

from __future__ import annotations

import numpy as np

from mocapbridge.skeleton import JOINT_INDEX
from tests.random_poses import DETERMINED, SITUATIONS, errors_deg

_POSES = 200


def print_round_trip() -> None:
    """Random poses within the joint limits against what their exact landmarks give."""
    rows = [JOINT_INDEX[name] for name in DETERMINED]
    print(f"\nround trip of {_POSES} exact poses, frames solved one by one [deg]")
    print("  situation               median    p95   worst joint's median")
    for situation in SITUATIONS:
        errors = errors_deg(situation, _POSES, seed=1)[:, rows]
        by_joint = np.median(errors, axis=0)
        worst = int(np.argmax(by_joint))
        print(
            f"  {situation:22} {np.median(errors):7.2f} {np.percentile(errors, 95):6.2f}"
            f"   {by_joint[worst]:.2f} ({DETERMINED[worst]})"
        )
