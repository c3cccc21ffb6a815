/*
 * A picture of the state in bytes, so that a start need not read all facts
 * since the first.
 *
 * Only the program that made a picture can read it, where it has room: it is
 * the state's memory.  Whoever keeps it keeps a digest of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_ENGINE_IMAGE_H
#define CG_ENGINE_IMAGE_H

#include "engine.h"

enum cg_image_outcome {
    /* Another program made it, or it has no room here, or the ring of reports
     * has another size: read the facts instead. */
    CG_IMAGE_E_OTHER = 1,
};

/* Hands the picture to |write|, piece by piece; ends with its first result that
 * is not 0.  |chunk| is room that this needs, of CG_IMAGE_CHUNK bytes. */
int cg_engine_save(const struct cg_engine *engine,
                   int (*write)(void *user, const void *bytes, size_t len),
                   void *user);

/* The fact up to which a picture goes; 0 when it is none. */
cg_seq cg_image_no(const uint8_t *bytes, size_t len);

/*
 * Takes a picture into an engine that knows nothing yet, but for what the
 * configuration says at every start.  0, CG_ERR_MEMORY, or CG_IMAGE_E_OTHER,
 * after which the engine knows nothing still.
 */
int cg_engine_restore(struct cg_engine *engine,
                      const uint8_t *bytes,
                      size_t len);

/*
 * Settings are no facts: each start takes them from the configuration, and what
 * is not configured any more has none.
 */
void cg_settings_forget(struct cg_state *state);

#endif
