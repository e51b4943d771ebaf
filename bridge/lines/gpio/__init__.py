"""The kernel's GPIO character device: `driver.GpiodLines` drives it, `gpiod_kernel` alone imports gpiod."""
