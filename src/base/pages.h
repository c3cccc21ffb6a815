/*
 * Memory for pools that are taken whole, once.  It is zero.  A pool of half
 * a megabyte or more begins at a page and takes room in the machine only as it
 * is touched; one of eight megabytes is made of large pages where the system
 * has them, so that a random object costs fewer steps to reach.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_PAGES_H
#define CG_BASE_PAGES_H

#include <stddef.h>

/* From so many bytes on a pool has pages of its own.  A build with sanitizers
 * says another figure, as they do not see where such a pool ends. */
#ifndef CG_PAGES_MAPPED
#define CG_PAGES_MAPPED ((size_t)1 << 19)
#endif

/* Room for |count| objects of |size| bytes, or NULL. */
void *cg_pages_take(size_t count, size_t size);

/* Gives back what was taken with the same |count| and |size|; NULL is fine. */
void cg_pages_give(void *pages, size_t count, size_t size);

#endif
