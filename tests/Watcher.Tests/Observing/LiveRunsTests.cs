using Provenance.Watcher.Ledgers;
using Provenance.Watcher.Observing;

namespace Provenance.Watcher.Tests.Observing;

public sealed class LiveRunsTests
{
    private readonly LiveRuns live = new();
    private readonly RunKey run = RunKey.Of("u1"u8, default);

    [Fact]
    public void A_listed_run_is_no_news_once_a_change_told_of_it_during_the_list()
    {
        live.ListStarted();
        live.Named(run, isListed: true).Should().BeTrue();
        live.Named(run, isListed: false).Should().BeTrue();
        live.Named(run, isListed: true).Should().BeFalse();
        live.ListCompleted();
        live.Named(run, isListed: true).Should().BeTrue("the list is over");
    }

    [Fact]
    public void A_new_list_may_name_again_what_changed_before_it()
    {
        live.ListStarted();
        live.Named(run, isListed: false);
        live.ListStarted();
        live.Named(run, isListed: true).Should().BeTrue();
    }

    [Fact]
    public void A_run_that_only_a_change_named_is_not_missed()
    {
        live.GoesOn(run);
        live.ListStarted();
        live.Named(run, isListed: false);
        live.ListCompleted().Should().Be(0);
        live.ListStarted();
        live.ListCompleted().Should().Be(1);
    }
}
