/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include <stdlib.h>

void record_message(
    struct world *world, int session, bool in, int seq, bool possdup)
{
    const struct world_link *link = &world->links[session];
    const struct world_post *post = in ? &link->said.posts[seq - 1]
                                       : &link->out.posts[seq - 1];
    if (world->trace) {
        char *text = sim_piped((struct cg_slice){post->body, post->body_len});
        world_say(world, "%s %c %d%s 35=%s|%s", desk_places[session].name,
                  in ? '>' : '<', seq, possdup ? " 43=Y" : "", post->type,
                  text);
        free(text);
    }
}

void record_link(struct world *world, int session, bool up)
{
    world_say(world, "%s %s", desk_places[session].name, up ? "up" : "down");
}

void record_resend(struct world *world, int session, int seq, bool kept)
{
    world_say(world, "%s resend %d %s", desk_places[session].name, seq,
              kept ? "kept" : "dropped");
}

void record_rejected(struct world *world, int session, int seq)
{
    world_say(world, "%s rejects %d", desk_places[session].name, seq);
}

void record_event(struct world *world, const char *what)
{
    world_say(world, "%s", what != NULL ? what : "(the turn is lost)");
}

void record_cannot(struct world *world, const char *why)
{
    (void)world;
    (void)why;
}
