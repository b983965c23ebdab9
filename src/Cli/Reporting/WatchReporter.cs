using Provenance.Watcher.Delivering;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Observing;
using Provenance.Watcher.Watching;
using Spectre.Console;

namespace Provenance.Cli.Reporting;

/// <summary>Says what a watch does: a line a run, a line where something is wrong, and metrics of it all. Never a payload.</summary>
internal sealed class WatchReporter : IRunWatchObserver, IApiObserver
{
    private const string Observations = "provenance_watch_runs_observed_total";
    private const string Settlements = "provenance_watch_runs_settled_total";
    private const string DeadLetters = "provenance_watch_runs_dead_lettered_total";
    private const string MissedRuns = "provenance_watch_runs_missed_total";
    private const string UnreadableObjects = "provenance_watch_objects_unreadable_total";
    private const string Duration = "provenance_watch_completion_to_pushed_seconds";
    private const string ApiRequests = "provenance_watch_api_requests_total";
    private const string Lists = "provenance_watch_lists_total";
    private const string CompletedLists = "provenance_watch_lists_completed_total";
    private const string Retries = "provenance_watch_delays_total";

    private readonly MetricsText metrics = new();
    private readonly RunLines lines;
    private readonly IAnsiConsole console;
    private readonly bool quiet;
    private readonly Lock turn = new();

    public WatchReporter(RunLines lines, IAnsiConsole console, bool quiet)
    {
        (this.lines, this.console, this.quiet) = (lines, console, quiet);
        metrics.Describe(Observations, "counter", "Runs seen to be over.");
        metrics.Describe(Settlements, "counter", "Runs dealt with, by outcome and, where nothing was attested, the reason's code.");
        metrics.Describe(DeadLetters, "counter", "Runs put aside, by the reason's code.");
        metrics.Describe(MissedRuns, "counter", "Runs that were seen going on and were gone when everything was listed anew.");
        metrics.Describe(UnreadableObjects, "counter", "Objects that could not be read.");
        metrics.Describe(Duration, "histogram", "Time from the end of a run, by the platform's clock, to its stored attestation; runs over before the watching began are left out.");
        metrics.Describe(ApiRequests, "counter", "Requests to the API server.");
        metrics.Describe(Lists, "counter", "Listings of everything, by cause.");
        metrics.Describe(CompletedLists, "counter", "Listings of everything that came to their end.");
        metrics.Describe(Retries, "counter", "Tries that failed and are repeated.");
        metrics.Describe("provenance_watch_open_runs", "gauge", "Runs that are over and not dealt with.");
        metrics.Describe("provenance_watch_waiting_runs", "gauge", "Runs that wait for their children.");
        metrics.Describe("provenance_watch_dead_letters", "gauge", "Runs that were put aside.");
        metrics.Describe("provenance_watch_oldest_unattested_seconds", "gauge", "How long the oldest run that is not dealt with has waited.");
        metrics.Describe("provenance_watch_journal_bytes", "gauge", "The size of the journal.");
        metrics.Describe("provenance_watch_is_leader", "gauge", "Whether this replica acts on a shard.");
        metrics.Describe("process_resident_memory_bytes", "gauge", "Memory of the process that is resident.");
        metrics.Describe("dotnet_gc_committed_bytes", "gauge", "Memory that the garbage collector holds, as of its last collection.");
        metrics.Describe("dotnet_gc_heap_bytes", "gauge", "Memory that objects took at the last collection.");
        metrics.Describe("provenance_watch_registry_down", "gauge", "Whether a registry is left alone at the moment.");
        metrics.Describe("provenance_watch_signing_down", "gauge", "Whether a service that signing needs is left alone at the moment; without a name, what is on this machine.");
    }

    /// <summary>Is told when the API server does not have a resource.</summary>
    public Action<string>? OnUnserved { get; set; }

    public void Observed(string resource, bool isBacklog) => metrics.Count(Observations, $"resource=\"{resource}\",lane=\"{(isBacklog ? "backlog" : "new")}\"");

    public void Settled(DeliveryReport report, TimeSpan? sinceCompletion, bool isBacklog)
    {
        string reason = report.Outcome is DeliveryOutcome.NotAttested && report.Problems.Count > 0 ? report.Problems[^1].Code : "";
        metrics.Count(Settlements, $"outcome=\"{RunRecord.Name(report.Outcome)}\",reason=\"{reason}\"");
        if (sinceCompletion is { } duration && !isBacklog && report.Outcome is DeliveryOutcome.Attested)
        {
            metrics.Observe(Duration, Math.Max(0, duration.TotalSeconds));
        }

        if (!quiet)
        {
            lock (turn)
            {
                lines.Report(report);
            }
        }
    }

    public void PutAside(DeliveryReport report)
    {
        metrics.Count(DeadLetters, $"reason=\"{report.Problems[^1].Code}\"");
        lock (turn)
        {
            lines.Report(report);
        }
    }

    public void Delayed(string run, string reason)
    {
        metrics.Count(Retries, "");
        Say($"{run}: tried again later: {reason}");
    }

    public void RegistryDown(string registry, string reason)
    {
        metrics.Set("provenance_watch_registry_down", $"registry=\"{registry}\"", 1);
        Say($"registry {registry} is away; runs wait for it, nothing is lost: {reason}");
    }

    public void RegistryUp(string registry)
    {
        metrics.Set("provenance_watch_registry_down", $"registry=\"{registry}\"", 0);
        Say($"registry {registry} answers again");
    }

    public void SigningDown(string service, string reason)
    {
        metrics.Set("provenance_watch_signing_down", $"service=\"{service}\"", 1);
        Say($"{SigningService(service)} cannot sign; runs wait for it, nothing is lost: {reason}");
    }

    public void SigningUp(string service)
    {
        metrics.Set("provenance_watch_signing_down", $"service=\"{service}\"", 0);
        Say($"{SigningService(service)} signs again");
    }

    public void Unreadable(string resource, string reason)
    {
        metrics.Count(UnreadableObjects, $"resource=\"{resource}\"");
        Say($"an object of {resource} cannot be read and is left out: {reason}");
    }

    public void Missed(string resource, int count)
    {
        metrics.Count(MissedRuns, $"resource=\"{resource}\"", count);
        Say($"{count} of {resource} were going on when the watch broke off and are gone now: whether they made anything was not seen. A guard keeps runs until they are seen: --guard auto.");
    }

    public void ListCompleted(string resource) => metrics.Count(CompletedLists, $"resource=\"{resource}\"");

    public void Request(string verb, string resource, int status) => metrics.Count(ApiRequests, $"verb=\"{verb}\",resource=\"{resource}\",status=\"{status}\"");

    public void Listed(string resource, ListCause cause) => metrics.Count(Lists, $"resource=\"{resource}\",cause=\"{cause}\"");

    public void Unserved(string resource)
    {
        OnUnserved?.Invoke(resource);
        Say($"the API server has no {resource}; it is looked for again every minute");
    }

    public void Trouble(string resource, string sentence) => Say($"{resource}: {sentence}");

    /// <summary>The metrics of now.</summary>
    public string Metrics(RunWatchStatus status, int shards)
    {
        metrics.Set("provenance_watch_open_runs", "", status.Open);
        metrics.Set("provenance_watch_waiting_runs", "", status.AwaitingChildren);
        metrics.Set("provenance_watch_dead_letters", "", status.DeadLetters);
        metrics.Set("provenance_watch_oldest_unattested_seconds", "", status.OldestUnattested.TotalSeconds);
        metrics.Set("provenance_watch_journal_bytes", "", status.JournalSize);
        metrics.Set("process_resident_memory_bytes", "", Environment.WorkingSet);
        metrics.Set("dotnet_gc_committed_bytes", "", GC.GetGCMemoryInfo().TotalCommittedBytes);
        metrics.Set("dotnet_gc_heap_bytes", "", GC.GetGCMemoryInfo().HeapSizeBytes);
        for (int i = 0; i < shards; i++)
        {
            metrics.Set("provenance_watch_is_leader", $"shard=\"{i}\"", status.Shards.Contains(i) ? 1 : 0);
        }

        return metrics.Write();
    }

    private void Say(string sentence)
    {
        lock (turn)
        {
            console.WriteLine(HarmlessText.LineOf(sentence), new Style(Color.Yellow));
        }
    }

    private static string SigningService(string service) => service.Length > 0 ? $"signing service {service}" : "this process";
}
