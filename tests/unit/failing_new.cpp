/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_new.h"

#include <cstdlib>
#include <new>

static long countdown = -1;
static bool has_failed;

void new_fails_at(long n)
{
    countdown = n;
    has_failed = false;
}

bool new_failed(void)
{
    countdown = -1;
    return has_failed;
}

void *operator new(std::size_t size)
{
    if (countdown > 0 && --countdown == 0) {
        countdown = -1;
        has_failed = true;
        throw std::bad_alloc();
    }
    void *memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}
