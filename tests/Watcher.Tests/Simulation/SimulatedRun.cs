using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>A Tekton run of a simulated cluster.</summary>
internal sealed class SimulatedRun(string uid, SimulatedRun? owner = null)
{
    public string Uid { get; } = uid;

    public SimulatedRun? Owner { get; } = owner;

    public bool IsPipeline { get; init; }

    /// <summary>Its name, where that is not its UID.</summary>
    public string? Name { get; init; }

    public string Kind => IsPipeline ? "PipelineRun" : "TaskRun";

    public string Plural => IsPipeline ? "pipelineruns" : "taskruns";

    /// <summary>The images that it made, as repositories.</summary>
    public IReadOnlyList<string> Images { get; set; } = ["registry-a.example.com/sim/app"];

    public IReadOnlyList<SimulatedRun> Children { get; set; } = [];

    /// <summary>When it was over; null while it is not.</summary>
    public TimeSpan? OverAt { get; set; }

    public bool HasFailed { get; set; }

    /// <summary>Whether the object is there.</summary>
    public bool Exists { get; set; }

    /// <summary>When its last state was handled by a process; null where it never was.</summary>
    public TimeSpan? HandledAt { get; set; }

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Uid)));

    /// <summary>The object.</summary>
    /// <param name="condition">The status of its condition <c>Succeeded</c>.</param>
    /// <param name="at">When it got that status.</param>
    /// <param name="isComplete">Whether it has a completion time.</param>
    public string Json(string condition, TimeSpan at, bool isComplete)
    {
        string time = (SimulatedWorld.Start + at).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string owners = Owner is null ? "" : """
            "ownerReferences":[{"apiVersion":"tekton.dev/v1","kind":"PipelineRun","name":"$OWNER","uid":"$OWNER","controller":true}],"labels":{"tekton.dev/pipelineTask":"$UID"},
            """.Replace("$OWNER", Owner.Uid, StringComparison.Ordinal);
        var images = Images.Select(static i => """{"uri":"oci://$IMAGE","digest":{"sha256":"$DIGEST"}}""".Replace("$IMAGE", i, StringComparison.Ordinal));
        var children = Children.Select(static c => """{"apiVersion":"tekton.dev/v1","kind":"$KIND","name":"$CHILD","pipelineTaskName":"$CHILD"}"""
            .Replace("$KIND", c.Kind, StringComparison.Ordinal).Replace("$CHILD", c.Uid, StringComparison.Ordinal));
        string made = IsPipeline
            ? """ "childReferences":[$CHILDREN] """
            : """ "steps":[{"name":"build","imageID":"registry.example.com/builder@sha256:$BUILDER","outputs":[{"name":"image","buildOutput":true,"values":[$IMAGES]}],"terminated":{"exitCode":0}}] """;
        return """
            {"apiVersion":"tekton.dev/v1","kind":"$KIND","metadata":{"name":"$NAME","namespace":"sim","uid":"$UID","resourceVersion":"$VERSION",$OWNERS"managedFields":[{"manager":"controller"}]},
            "spec":{"params":[{"name":"p","value":"$UID"}]},
            "status":{$COMPLETION"conditions":[{"type":"Succeeded","status":"$STATUS","reason":"$REASON","lastTransitionTime":"$TIME"}],$MADE}}
            """
            .Replace("$MADE", made, StringComparison.Ordinal)
            .Replace("$CHILDREN", string.Join(',', children), StringComparison.Ordinal)
            .Replace("$IMAGES", string.Join(',', images), StringComparison.Ordinal)
            .Replace("$OWNERS", owners, StringComparison.Ordinal)
            .Replace("$COMPLETION", isComplete ? "\"completionTime\":\"$TIME\"," : "", StringComparison.Ordinal)
            .Replace("$BUILDER", new string('b', 64), StringComparison.Ordinal)
            .Replace("$DIGEST", Digest, StringComparison.Ordinal)
            .Replace("$KIND", Kind, StringComparison.Ordinal)
            .Replace("$NAME", Name ?? Uid, StringComparison.Ordinal)
            .Replace("$UID", Uid, StringComparison.Ordinal)
            .Replace("$STATUS", condition, StringComparison.Ordinal)
            .Replace("$REASON", condition is "True" ? "Succeeded" : condition is "False" ? "Failed" : "Running", StringComparison.Ordinal)
            .Replace("$TIME", time, StringComparison.Ordinal);
    }
}
