"""Every planted bug is found by the simulator and by an ordinary test.

    check_bugs.py BUGS LIST PAGE            the test: what LIST says finds a bug
                                            must find it, nothing else fails,
                                            and PAGE has the table
    check_bugs.py BUGS LIST --table         the table for the page
    check_bugs.py BUGS LIST --matrix SEEDS [NUMBER...]
                                            tries all tests against all bugs;
                                            prints new lines for LIST

What counts is the judgement of a test (it ends with 1); that the product stops
at an assertion of its own, or does not end, does not.

SPDX-License-Identifier: Apache-2.0
"""
import concurrent.futures
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import plant

SEEDS = 10000  # of the simulator's tests
SECONDS = 60

TESTS = ['session', 'boundaries', 'decimal', 'gate', 'gate_consumed',
         'gate_giving_up', 'gate_reports', 'gate_status', 'gate_stops',
         'gate_updates', 'lifecycles', 'gate_waiting', 'gate_mixed',
         'gate_random', 'small_scope', 'crash_sweep', 'power_gate']


def run(program, number, *words, seconds=SECONDS):
    """How `bugs` ends, and what it says; None: it does not."""
    command = [program, '--bug', str(number), *map(str, words)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds,
                              check=False)
    except subprocess.TimeoutExpired:
        return None, ''
    return done.returncode, done.stdout.decode('utf-8', 'replace')


def row(bug):
    found = '; '.join(' '.join(['sessions' if words[0] == 'session' and
                                len(words) > 2 else words[0]] + words[1:])
                      for words in bug['by'])
    return (f'| {bug["number"]} | {" ".join(bug["what"])} | {bug["rule"]} | '
            f'{bug["sim"]} | {found} |')


def find(program, bug, words):
    """What is wrong, if this does not find the bug."""
    status, said = run(program, bug['number'], *words)
    what = f'bug {bug["number"]} ({bug["name"]}): {" ".join(words)}'
    if status == 1:
        return None
    if status == 0:
        return f'{what} does not find it'
    return f'{what} ends with {status}, which is no judgement: {said[-300:]}'


def passes(program, words):
    status, said = run(program, 0, *words)
    if status == 0:
        return None
    return f'without a bug: {" ".join(words)} ends with {status}: {said[-300:]}'


def check(program, bugs, page):
    wrong = []
    jobs = []
    with open(page, encoding='utf-8') as text:
        lines = text.read().splitlines()
    for bug in bugs:
        if row(bug) not in lines:
            wrong.append(f'{page}: write\n{row(bug)}')
        if int(bug['sim']) > SEEDS:
            wrong.append(f'bug {bug["number"]}: seed {bug["sim"]} is none of '
                         f'the first {SEEDS}')
    first = {tuple(bug['by'][0]) for bug in bugs}
    workers = os.cpu_count() or 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for words in sorted(first):
            jobs.append(pool.submit(passes, program, words))
        for bug in bugs:
            jobs.append(pool.submit(passes, program, ['sim', bug['sim']]))
            jobs.append(pool.submit(find, program, bug, ['sim', bug['sim']]))
            jobs.append(pool.submit(find, program, bug, bug['by'][0]))
    wrong += [job.result() for job in jobs if job.result() is not None]
    print('\n'.join(wrong))
    print(f'{len(bugs)} bugs, {len(wrong)} mistakes')
    return 1 if wrong else 0


def cases_of(name, said):
    """What of a test has failed, shortly."""
    if name == 'session':
        numbers = sorted(set(re.findall(r'(\d\d\d)_\w+\.session:', said)))
        return numbers[:3]
    failed = re.findall(r'\[  FAILED  \] (test_\w+)', said)
    return failed[:1] if len(set(failed)) == 1 else []


def matrix(program, bugs, seeds, numbers):
    for bug in bugs:
        if numbers and bug['number'] not in numbers:
            continue
        status, said = run(program, bug['number'], 'sim', 1, seeds,
                           seconds=3600)
        said = said.strip().splitlines()
        print(f'bug {bug["number"]} {bug["name"]}\n# {status}: '
              f'{said[-1][:160] if said else ""}')
        if status == 1:
            print('sim ' + re.findall(r'^seed (\d+):', said[-1])[0])
        for name in TESTS:
            status, said = run(program, bug['number'], name, seconds=900)
            if status == 1:
                print(' '.join(['by', name] + cases_of(name, said)))
            elif status != 0:
                print(f'# {name} ends with {status}: '
                      f'{said.strip().splitlines()[-1:]}')
        sys.stdout.flush()


def main():
    program, bugs = sys.argv[1], plant.read(sys.argv[2])
    if sys.argv[3] == '--table':
        print('\n'.join(row(bug) for bug in bugs))
        return 0
    if sys.argv[3] == '--matrix':
        matrix(program, bugs, int(sys.argv[4]),
               [int(word) for word in sys.argv[5:]])
        return 0
    return check(program, bugs, sys.argv[3])


if __name__ == '__main__':
    sys.exit(main())
