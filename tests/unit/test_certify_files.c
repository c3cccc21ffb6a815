/*
 * What a certification reads: profiles of a counterparty, and cases from files
 * and folders; all mistakes are told, each with what to do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certify_cases.h"
#include "failing_memory.h"

#include <cases.h>
#include <profile.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static char told[8192];

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    size_t len = strlen(told);
    const char *name = strncmp(file, dir, strlen(dir)) == 0 ? file + strlen(dir)
                                                            : file;

    (void)user;
    assert_true(strlen(remedy) > 0);
    snprintf(told + len, sizeof(told) - len, "%s:%d: %s; %s\n", name, line,
             wrong, remedy);
}

static void has(const char *words)
{
    if (strstr(told, words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, told);
    }
}

/* The path of |name| in the folder, until the next eight calls. */
static const char *path_of(const char *name)
{
    static char paths[8][256];
    static unsigned at;
    char *path = paths[at++ % 8];

    snprintf(path, 256, "%s/%s", dir, name);
    return path;
}

static const char *write_text(const char *name, const char *text)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/cg-certify-files-XXXXXX");
    told[0] = '\0';
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command);
}

/* --- profiles ------------------------------------------------------------- */

static int read_profile(const char *path, struct cg_profile *profile)
{
    told[0] = '\0';
    return cg_profile_read(path, on_mistake, NULL, profile);
}

static void test_profile_says_all(void **state)
{
    struct cg_profile profile;
    const char *path = write_text(
        "a.profile", "[VALUES]\nACCOUNT=A1\n[PROFILE]\nName=Their desk\n"
                     "Firm=We\nCounterparty=They\nToleranceMs=7\nFloodMax=20\n"
                     "IgnoreTags=1,44,9001\nIgnoreTypes=B\n"
                     "Unsupported=partial, chained,net\n"
                     "OperatorCommand=./tell.sh\n[WAIVE]\nT-1=by mail\n");
    struct cg_slice needs = CG_SLICE(" whole\tchained");
    size_t len = 0;

    (void)state;
    assert_int_equal(read_profile(path, &profile), 0);
    assert_string_equal(profile.name, "Their desk");
    assert_string_equal(profile.firm, "We");
    assert_string_equal(profile.counterparty, "They");
    assert_int_equal(profile.limits.tolerance_ns, 7 * CG_MS);
    assert_int_equal(profile.limits.flood_max, 20);
    assert_int_equal(profile.limits.ignore_count, 3);
    assert_int_equal(profile.limits.ignores[2], 9001);
    assert_string_equal(profile.operator_command, path_of("./tell.sh"));
    assert_int_equal(profile.value_count, 1);
    assert_string_equal(profile.values[0].text, "A1");
    assert_int_equal(strlen(profile.digest), 64);
    assert_ptr_equal(cg_profile_lacks(&profile, needs, &len), needs.data + 7);
    assert_int_equal(len, 7);
    assert_null(cg_profile_lacks(&profile, CG_SLICE("whole \t"), &len));
    assert_null(cg_profile_lacks(&profile, CG_SLICE("partia netto"), &len));
    assert_null(cg_profile_lacks(&profile, CG_SLICE("xet"), &len));
    assert_non_null(cg_profile_lacks(&profile, CG_SLICE("x net"), &len));
    assert_string_equal(cg_profile_waiver(&profile, CG_SLICE("T-1"))->reason,
                        "by mail");
    assert_null(cg_profile_waiver(&profile, CG_SLICE("T-2")));
    cg_profile_deinit(&profile);
}

/* What is not said is as without a file; a program without a folder is looked
 * for where programs are. */
static void test_profile_of_few_words(void **state)
{
    struct cg_profile profile;
    size_t len = 0;

    (void)state;
    assert_int_equal(
        read_profile(write_text("a.profile", "[PROFILE]\nName=P\n"
                                             "OperatorCommand=tell\n"),
                     &profile),
        0);
    assert_string_equal(profile.operator_command, "tell");
    assert_string_equal(profile.firm, "not named");
    assert_null(cg_profile_lacks(&profile, CG_SLICE("partial"), &len));
    cg_profile_deinit(&profile);
    assert_int_equal(read_profile(NULL, &profile), 0);
    assert_string_equal(profile.name, "none");
    assert_null(profile.operator_command);
    assert_int_equal(profile.limits.tolerance_ns, 2 * CG_SECOND);
    cg_profile_deinit(&profile);
}

static void test_profile_mistakes_are_told(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"", "the file is empty"},
        {"[VALUES]\nA=1\n", "there is no [PROFILE]; write [PROFILE] and Name="},
        {"[PROFILE]\nName=P\nFirm=\n", "/a.profile:3: "},
        {"[PROFILE]\nFirm=We\n", "has no Name="},
        {"[PROFILE]\nName=P\n[PROFILE]\nName=Q\n",
         "/a.profile:3: a second [PROFILE]; make one of both"},
        {"[PROFILE]\nName=P\n[VALUES]\nA=1\n[VALUES]\nB=1\n",
         "/a.profile:5: a second [VALUES]"},
        {"[PROFILE]\nName=P\n[WAIVER]\nA=1\n",
         "/a.profile:3: there is no section [WAIVER]"},
        {"[PROFILE]\nName=P\n[WAIVE]\nT-1=\n",
         "/a.profile:4: case T-1 is waived without a reason"},
        {"[PROFILE]\nName=P\nIgnoreTags=44,x,0,-3,4294967296,1\n",
         "/a.profile:3: 'x' is no tag"},
        {"[PROFILE]\nName=P\nIgnoreTags=44,x,0,-3,4294967296,1\n",
         "/a.profile:3: '0' is no tag"},
        {"[PROFILE]\nName=P\nIgnoreTags=44,x,0,-3,4294967296,1\n",
         "/a.profile:3: '4294967296' is no tag"},
        {"[PROFILE]\nName=P\nFloodMax=9\n", "/a.profile:3: "},
        {"[PROFILE]\nName=P\nToleranceMs=soon\n", "/a.profile:3: "},
    };
    struct cg_profile profile;
    char many[4096] = "[PROFILE]\nName=P\nIgnoreTags=1";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            read_profile(write_text("a.profile", rows[i].text), &profile),
            CG_ERR_CONFIG);
        has(rows[i].words);
        assert_null(profile.store);
    }
    for (int i = 0; i < CG_PROFILE_IGNORES_MAX; i++) {
        strcat(many, ",1");
    }
    strcat(many, "\n");
    assert_int_equal(read_profile(write_text("a.profile", many), &profile),
                     CG_ERR_CONFIG);
    has("/a.profile:3: more than ");
    assert_int_equal(read_profile(path_of("none.profile"), &profile),
                     CG_ERR_CONFIG);
    has("/none.profile");
    assert_int_equal(read_profile(dir, &profile), CG_ERR_CONFIG);
}

/* Named as it lies in the folder at hand. */
static void test_profile_in_this_folder(void **state)
{
    struct cg_profile profile;
    char before[1024];

    (void)state;
    write_text("a.profile", "[PROFILE]\nName=P\nOperatorCommand=./tell.sh\n");
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(read_profile("a.profile", &profile), 0);
    assert_string_equal(profile.operator_command, "./tell.sh");
    cg_profile_deinit(&profile);
    assert_int_equal(chdir(before), 0);
}

/* --- cases ---------------------------------------------------------------- */

static int
read_cases(const char *path, enum cg_kit_seat seat, struct cg_cases *cases)
{
    told[0] = '\0';
    return cg_cases_read(&path, 1, seat, on_mistake, NULL, cases);
}

/* A folder stands for its files by name, without those for the other seat; a
 * file stands for itself, and once. */
static void test_cases_of_files_and_folders(void **state)
{
    struct cg_cases cases;
    const char *paths[4];

    (void)state;
    assert_int_equal(mkdir(path_of("cases"), 0755), 0);
    write_text("cases/b.session", CASE_TEXT("T-2", "hub", CASE_STEPS));
    write_text("cases/a.session", CASE_TEXT("T-1", "hub gate", CASE_STEPS));
    paths[3] = write_text("cases/c.session",
                          CASE_TEXT("T-3", "gate", CASE_STEPS));
    write_text("cases/c.txt", "no case\n");
    write_text("cases/.session", "no case\n");
    paths[0] = path_of("cases/");
    paths[1] = path_of("cases/../cases/b.session");
    paths[2] = path_of("cases");
    assert_int_equal(
        cg_cases_read(paths, 3, CG_KIT_HUB, on_mistake, NULL, &cases), 0);
    assert_int_equal(cases.count, 2);
    assert_int_equal(cases.other_seat, 2);
    assert_true(cg_slice_is(cases.items[0].script.kase.id, "T-1"));
    assert_true(cg_slice_is(cases.items[1].script.kase.id, "T-2"));
    assert_false(cases.items[1].named);
    cg_cases_deinit(&cases);
    assert_int_equal(
        cg_cases_read(paths, 4, CG_KIT_HUB, on_mistake, NULL, &cases), 0);
    assert_int_equal(cases.count, 3);
    assert_true(cases.items[2].named);
    cg_cases_deinit(&cases);
    assert_int_equal(read_cases(paths[0], CG_KIT_GATE, &cases), 0);
    assert_int_equal(cases.count, 2);
    cg_cases_deinit(&cases);
}

static void test_cases_mistakes_are_told(void **state)
{
    struct cg_cases cases;

    (void)state;
    assert_int_equal(
        cg_cases_read(NULL, 0, CG_KIT_HUB, on_mistake, NULL, &cases),
        CG_ERR_CONFIG);
    has("there is no case for this seat");
    assert_int_equal(mkdir(path_of("cases"), 0755), 0);
    assert_int_equal(read_cases(path_of("cases"), CG_KIT_HUB, &cases),
                     CG_ERR_CONFIG);
    has("/cases:0: there is no *.session in it; give a folder of cases");
    assert_int_equal(read_cases(path_of("none"), CG_KIT_HUB, &cases),
                     CG_ERR_CONFIG);
    has("/none");
    assert_int_equal(read_cases("", CG_KIT_HUB, &cases), CG_ERR_CONFIG);
    write_text("cases/a.session", CASE_TEXT("T-1", "gate", CASE_STEPS));
    assert_int_equal(read_cases(path_of("cases"), CG_KIT_HUB, &cases),
                     CG_ERR_CONFIG);
    has("/cases:0: there is no case for this seat; give other files");
    write_text("cases/b.session", CASE_TEXT("T-1", "gate", CASE_STEPS));
    assert_int_equal(read_cases(path_of("cases"), CG_KIT_GATE, &cases),
                     CG_ERR_CONFIG);
    has("/cases/b.session:33: case T-1 is in ");
    has("give it another id");
    write_text("cases/b.session", CASE_DESK CASE_STEPS);
    assert_int_equal(
        read_cases(path_of("cases/b.session"), CG_KIT_GATE, &cases),
        CG_ERR_CONFIG);
    has("/cases/b.session:0: it is not said which case this is");
    write_text("cases/b.session", CASE_TEXT("T-2", "gate", "nobody up\n"));
    assert_int_equal(read_cases(path_of("cases"), CG_KIT_GATE, &cases),
                     CG_ERR_CONFIG);
    has("there is no session nobody");
    assert_null(cases.items);
}

/* --- no memory ------------------------------------------------------------ */

/* Each allocation fails in turn, once and from then on: nothing is held, or
 * all. */
static void without_memory(int (*step)(void))
{
    for (int i = 0; i < 2; i++) {
        for_good = i == 1;
        for (long n = 1;; n++) {
            int status;

            failures = 0;
            countdown = n;
            status = step();
            countdown = -1;
            if (failures == 0) {
                assert_int_equal(status, 0);
                assert_true(n > 5);
                break;
            }
            assert_true(status == CG_ERR_MEMORY || status == 0);
        }
    }
}

static int profile_again(void)
{
    struct cg_profile profile;
    int status = read_profile(path_of("a.profile"), &profile);

    assert_true((status == 0) == (profile.store != NULL));
    if (status == 0) {
        assert_int_equal(profile.value_count, 1);
        assert_int_equal(profile.waiver_count, 1);
        cg_profile_deinit(&profile);
    }
    return status;
}

static int cases_again(void)
{
    struct cg_cases cases;
    int status = read_cases(path_of("cases/"), CG_KIT_HUB, &cases);

    assert_int_equal(cases.count, status == 0 ? 2 : 0);
    cg_cases_deinit(&cases);
    return status;
}

static int case_again(void)
{
    struct cg_cases cases;
    int status = read_cases(path_of("cases/a.session"), CG_KIT_HUB, &cases);

    assert_int_equal(cases.count, status == 0 ? 1 : 0);
    cg_cases_deinit(&cases);
    return status;
}

static void test_certify_files_no_memory(void **state)
{
    (void)state;
    write_text("a.profile", "[PROFILE]\nName=P\nOperatorCommand=./tell.sh\n"
                            "[VALUES]\nA=1\n[WAIVE]\nT-1=by mail\n");
    assert_int_equal(mkdir(path_of("cases"), 0755), 0);
    write_text("cases/a.session", CASE_TEXT("T-1", "hub", CASE_STEPS));
    write_text("cases/b.session", CASE_TEXT("T-2", "hub", CASE_STEPS));
    without_memory(profile_again);
    without_memory(cases_again);
    without_memory(case_again);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_profile_says_all),
        CASE(test_profile_of_few_words),
        CASE(test_profile_mistakes_are_told),
        CASE(test_profile_in_this_folder),
        CASE(test_cases_of_files_and_folders),
        CASE(test_cases_mistakes_are_told),
        CASE(test_certify_files_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
