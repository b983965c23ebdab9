using Provenance.Attestor.Signing;
using Provenance.Testing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class RereadKeyTests
{
    private readonly ManualTime time = new();
    private int readings;

    [Fact]
    public async Task What_is_young_enough_is_not_read_again()
    {
        using var key = Key(() => Task.FromResult("second"));
        (await GetAsync(key)).Should().Be("first");
        time.Advance(TimeSpan.FromMinutes(1));
        (await GetAsync(key)).Should().Be("second");
        (await GetAsync(key)).Should().Be("second");
        readings.Should().Be(1);
        key.Latest.Should().Be("second");
    }

    [Fact]
    public async Task Whoever_waits_for_a_reading_shares_its_failure_and_the_next_one_asks_again()
    {
        var answer = new TaskCompletionSource<string>();
        using var key = Key(() => answer.Task);
        time.Advance(TimeSpan.FromMinutes(1));
        var waiting = Enumerable.Range(0, 20).Select(_ => GetAsync(key).AsTask()).ToList();
        time.Advance(TimeSpan.FromSeconds(31));

        answer.SetException(new SigningServiceException(SigningServiceException.Unavailable, "away", isTransient: true) { Service = "vault", RetryAfter = TimeSpan.FromSeconds(5) });

        foreach (var one in waiting)
        {
            var fault = (await one.Awaiting(static w => w).Should().ThrowAsync<SigningServiceException>()).Which;
            fault.Should().BeEquivalentTo(new { Code = SigningServiceException.Unavailable, Message = "away", IsTransient = true, Service = "vault", RetryAfter = TimeSpan.FromSeconds(5) });
        }

        readings.Should().Be(1);
        time.Advance(TimeSpan.FromTicks(1));
        answer = new TaskCompletionSource<string>();
        answer.SetResult("second");
        (await GetAsync(key)).Should().Be("second");
        readings.Should().Be(2);
    }

    [Fact]
    public async Task One_who_waits_no_longer_ends_nothing_for_the_others()
    {
        var answer = new TaskCompletionSource<string>();
        using var key = Key(() => answer.Task);
        using var impatient = new CancellationTokenSource();
        time.Advance(TimeSpan.FromMinutes(1));
        var first = GetAsync(key).AsTask();
        var second = key.GetAsync(TimeSpan.FromMinutes(1), impatient.Token).AsTask();

        await impatient.CancelAsync();
        await second.Awaiting(static w => w).Should().ThrowAsync<OperationCanceledException>();
        answer.SetResult("second");

        (await first).Should().Be("second");
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_the_services_refusal()
    {
        using var key = Key(static () => throw new KeyException("KEY_ALG_UNSUPPORTED", "another curve"));
        time.Advance(TimeSpan.FromMinutes(1));

        var fault = (await key.Awaiting(k => GetAsync(k).AsTask()).Should().ThrowAsync<SigningServiceException>()).Which;

        fault.Code.Should().Be(SigningServiceException.Refused);
        fault.Service.Should().Be("vault");
    }

    private RereadKey<string> Key(Func<Task<string>> read) => new(
        "first",
        "vault",
        (_, _) =>
        {
            readings++;
            return read();
        },
        time);

    private static ValueTask<string> GetAsync(RereadKey<string> key) => key.GetAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
}
