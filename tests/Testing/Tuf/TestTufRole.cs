namespace Provenance.Testing.Tuf;

/// <summary>A role of a <see cref="TestTufRepository"/>.</summary>
public sealed class TestTufRole
{
    /// <summary>The keys that the next root lists for the role, and that sign for it.</summary>
    public List<TestTufKey> Keys { get; init; } = [TestTufKey.Create()];

    /// <summary>How many must sign.</summary>
    public int Threshold { get; set; } = 1;

    /// <summary>The version of the newest file.</summary>
    public long Version { get; set; }

    /// <summary>When the next file expires.</summary>
    public DateTimeOffset Expires { get; set; } = SkippingTime.Start.AddDays(30);
}
