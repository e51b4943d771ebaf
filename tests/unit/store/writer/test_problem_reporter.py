from bridge.store.writer.problem_reporter import ProblemReporter


def a_trouble():
    told = []
    return ProblemReporter(post=lambda call: call(), on_problem=told.append), told


def test_a_problem_is_told_once_and_its_end_once():
    trouble, told = a_trouble()
    for _ in range(3):
        trouble.failing("the disk is full")
    for _ in range(3):
        trouble.healthy(0)
    assert told == ["the disk is full", None]


def test_nothing_is_told_while_all_is_well():
    trouble, told = a_trouble()
    trouble.healthy(0)
    assert told == []


def test_lost_entries_are_told_when_it_begins_and_counted_when_it_is_over():
    trouble, told = a_trouble()
    trouble.failing("the disk is full")
    for _ in range(5):
        trouble.losing()
    trouble.healthy(5)
    trouble.healthy(5)
    assert told == [
        "the disk is full",
        "the disk is full; the oldest unwritten journal entries are being lost",
        "5 journal entries were lost",
        None,
    ]


def test_each_loss_is_counted_for_itself():
    trouble, told = a_trouble()
    trouble.losing()
    trouble.healthy(5)
    trouble.losing()
    trouble.healthy(7)
    assert told[-2:] == ["2 journal entries were lost", None]


def test_a_loop_that_is_closed_is_no_error_for_the_writer():
    def closed(_call):
        message = "Event loop is closed"
        raise RuntimeError(message)

    trouble = ProblemReporter(post=closed, on_problem=print)
    trouble.failing("the disk is full")
    trouble.healthy(0)
