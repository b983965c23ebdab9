using System.Collections.Concurrent;
using MediatR;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Signing;
using Provenance.Watcher.Collecting;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs;

namespace Provenance.Watcher.Delivering;

/// <summary>Takes one run document from collecting to the stored attestation. A run that is met twice is delivered once.</summary>
public sealed class RunDelivery(IMediator mediator, CollectOptions options, AttestedRuns? attestedRuns, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Lazy<Task<DeliveryReport>>> underWay = new(StringComparer.Ordinal);

    /// <summary>Reads the document.</summary>
    public Task<CollectedRun> CollectAsync(RunDocument document, ChildRuns children, CancellationToken cancellationToken) =>
        mediator.Send(new CollectRun(document, children, options), cancellationToken);

    /// <summary>Attests what was collected, and tries again while the registry is away, for at most <paramref name="patience"/>.</summary>
    public async Task<DeliveryReport> DeliverAsync(CollectedRun collected, TimeSpan patience, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collected);
        var report = new DeliveryReport
        {
            Run = collected.DisplayName,
            Key = collected.Identity?.InvocationId ?? "",
            RunOutcome = collected.Outcome,
            Outcome = DeliveryOutcome.NotAttested,
            Problems = collected.Problems,
        };
        if (collected.Run is not { } run)
        {
            return report;
        }

        if (attestedRuns?.Find(report) is { } known)
        {
            return known;
        }

        var mine = new Lazy<Task<DeliveryReport>>(() => AttestAsync(report, run, patience, cancellationToken));
        var winner = underWay.GetOrAdd(report.Key, mine);
        try
        {
            var delivered = await winner.Value.ConfigureAwait(false);
            return ReferenceEquals(winner, mine) || delivered.Outcome is not DeliveryOutcome.Attested
                ? delivered
                : delivered with { Outcome = DeliveryOutcome.AlreadyAttested };
        }
        finally
        {
            underWay.TryRemove(KeyValuePair.Create(report.Key, winner));
        }
    }

    private async Task<DeliveryReport> AttestAsync(DeliveryReport report, CompletedRun run, TimeSpan patience, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay < LongestDelay / 2 ? delay * 2 : LongestDelay)
        {
            try
            {
                var attested = await mediator.Send(new AttestRun(run), cancellationToken).ConfigureAwait(false);
                return Conclude(report, attested) with { Elapsed = time.GetElapsedTime(started) };
            }
            catch (Exception e) when (e is RegistryException { IsTransient: true } or SigningServiceException { IsTransient: true }
                && time.GetElapsedTime(started) + WishOf(e) < patience)
            {
                // On top of what was asked for; jitter, so that runs that failed together do not come back together.
                await Task.Delay(WishOf(e) + (delay * (0.5 + (Random.Shared.NextDouble() / 2))), time, cancellationToken).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                return Fail(report, RunProblemCodes.PublishFailed, $"{e.Code}: {e.Message}") with { Elapsed = time.GetElapsedTime(started) };
            }
            catch (SigningServiceException e)
            {
                return Fail(report, RunProblemCodes.SigningFailed, $"{e.Code}: {e.Message}") with { Elapsed = time.GetElapsedTime(started) };
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One run that nobody foresaw must not stop the others; it is reported and tried again.
                return Fail(report, RunProblemCodes.Unexpected, $"{e.GetType().Name}: {e.Message}");
            }
        }
    }

    /// <summary>How long whoever is away asks to be left alone.</summary>
    private static TimeSpan WishOf(Exception fault) => fault switch
    {
        RegistryException { RetryAfter: { } wish } => wish,
        SigningServiceException { RetryAfter: { } wish } => wish,
        _ => TimeSpan.Zero,
    };

    private static DeliveryReport Fail(DeliveryReport report, string code, string what) => report with
    {
        Outcome = DeliveryOutcome.Failed,
        Problems = [.. report.Problems, new RunProblem(code, $"{report.Run}: {what}")],
    };

    private DeliveryReport Conclude(DeliveryReport report, AttestedRun attested)
    {
        bool anywhere = attested.Problems.Count < attested.Subjects.Count;
        if (attested.Problems.Count is 0)
        {
            attestedRuns?.Remember(report.Key, attested);
        }

        return report with
        {
            Outcome = !anywhere ? DeliveryOutcome.NotAttested : attested.AlreadyAttested ? DeliveryOutcome.AlreadyAttested : DeliveryOutcome.Attested,
            Subjects = attested.Subjects,
            Bundle = anywhere ? attested.BundleDigest : null,
            SignedBundle = anywhere ? attested.Bundle : null,
            Problems = [.. report.Problems, .. attested.Warnings, .. attested.Problems],
        };
    }
}
