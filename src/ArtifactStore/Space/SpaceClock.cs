namespace Provenance.ArtifactStore.Space;

/// <summary>Reckons with times in minutes since 1970.</summary>
internal static class SpaceClock
{
    /// <summary>The minute that lies so long before another; parts of minutes count as whole ones.</summary>
    public static uint Before(uint minute, TimeSpan time)
    {
        double minutes = Math.Ceiling(time.TotalMinutes);
        return minutes >= minute ? 0 : minute - (uint)minutes;
    }
}
