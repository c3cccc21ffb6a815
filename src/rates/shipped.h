/*
 * The tables that are part of the program: texts of the files of the same
 * names in fixspec/.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_RATES_SHIPPED_H
#define CG_RATES_SHIPPED_H

extern const char cg_shipped_calendars[];
extern const char cg_shipped_conventions[];

#endif
