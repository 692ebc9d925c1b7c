/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _HOSTCLOCK_VIRTIO_H
#define _HOSTCLOCK_VIRTIO_H

#ifdef CONFIG_HOSTCLOCK_VIRTIO
int hostclock_virtio_register(void);
void hostclock_virtio_unregister(void);
#else
static inline int hostclock_virtio_register(void)
{
	return 0;
}

static inline void hostclock_virtio_unregister(void)
{
}
#endif

#endif /* _HOSTCLOCK_VIRTIO_H */
