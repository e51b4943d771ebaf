"""The kernel's GPIO character device: `driver.GpiodLines` drives it, the `gpiod_…` modules alone import gpiod."""
