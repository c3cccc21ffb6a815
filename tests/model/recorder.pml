/*
 * What a whole search has seen: moves of life cycles, and cells of the
 * engine's tables that were held against it; printed when the search ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
c_decl {
#define MACHINES 4
#define STATES 8
#define CELLS 128
    static unsigned char seen_moves[MACHINES][STATES][STATES];
    static unsigned char seen_cells[CELLS][STATES];

    static void moved(int machine, int from, int to)
    {
        seen_moves[machine][from][to] = 1;
    }

    static void met(int cell, int from)
    {
        seen_cells[cell][from] = 1;
    }

    __attribute__((destructor)) static void recorded(void)
    {
        for (int i = 0; i < MACHINES; i++) {
            for (int from = 0; from < STATES; from++) {
                for (int to = 0; to < STATES; to++) {
                    if (seen_moves[i][from][to]) {
                        printf("seen-move %d %d %d\n", i, from, to);
                    }
                }
            }
        }
        for (int i = 0; i < CELLS; i++) {
            for (int from = 0; from < STATES; from++) {
                if (seen_cells[i][from]) {
                    printf("seen-cell %d %d\n", i, from);
                }
            }
        }
    }
}
