"""tf.config. There is one device, the CPU, and everything runs eagerly."""

import collections as _collections

from whygrad._traced import functions_run_eagerly, run_functions_eagerly  # noqa: F401
from whygrad.errors import UnsupportedError as _UnsupportedError
from whygrad.tf import _names

PhysicalDevice = _collections.namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = _collections.namedtuple("LogicalDevice", ["name", "device_type"])


def list_physical_devices(device_type=None):
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


get_visible_devices = list_physical_devices


def set_visible_devices(devices, device_type=None):
    """Only the CPU can be visible."""
    if device_type == "GPU" and devices:
        raise _UnsupportedError("[set_visible_devices] GPUs are a later step of whygrad\nhelp: leave the call out; everything runs on the processor")


def set_soft_device_placement(enabled):
    """Everything runs on the CPU."""


__getattr__ = _names.fill("config", globals())
