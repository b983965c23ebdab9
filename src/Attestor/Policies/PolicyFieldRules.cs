using Provenance.ArtifactStore.Configuring;

namespace Provenance.Attestor.Policies;

/// <summary>What policy files ask of their fields beyond what every YAML file of ours does.</summary>
internal static class PolicyFieldRules
{
    /// <summary>Takes a SLSA build level, 1 to 3.</summary>
    public static int FindLevel(this YamlFields fields, string name, int otherwise)
    {
        switch (fields.Find(name))
        {
            case null:
                return otherwise;
            case YamlScalar { IsPlain: true, Value: "1" or "2" or "3" } level:
                return level.Value[0] - '0';
            case var value:
                fields.Problems.Add(value, $"{fields.PathOf(name)} must be a SLSA build level: 1, 2 or 3.");
                return otherwise;
        }
    }

    /// <summary>Refuses fields that the schema plans: a requirement that is ignored would be a hole.</summary>
    public static void RefuseNotSupportedYet(this YamlFields fields, params ReadOnlySpan<string> names) =>
        fields.Refuse("is not supported yet. Remove it; it would have no effect, and a policy must not look stricter than it is.", names);
}
