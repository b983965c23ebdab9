namespace Provenance.Attestor.Signing.Vault;

/// <summary>Where a key of HashiCorp Vault or OpenBao is, and how one gets at it.</summary>
internal sealed record VaultOptions
{
    /// <summary>The server; https, or http on this machine.</summary>
    public required Uri Address { get; init; }

    /// <summary>The key's name in the Transit engine.</summary>
    public required string KeyName { get; init; }

    /// <summary>Where the Transit engine is mounted, without slashes at the ends.</summary>
    public string Engine { get; init; } = "transit";

    /// <summary>The namespace of Vault Enterprise and OpenBao; null for the root.</summary>
    public string? Namespace { get; init; }

    /// <summary>A PEM file with the authorities that may vouch for the server; null for those of the machine.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The token itself; null where it is in a file, or comes of a login.</summary>
    public string? Token { get; init; }

    /// <summary>The file that holds the token; null where it comes of a login.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The login by a Kubernetes service account; null where there is a token.</summary>
    public VaultLogin? Login { get; init; }

    /// <summary>Where the key is, without the token.</summary>
    public override string ToString() => $"{Address.Authority}/{Engine}/{KeyName}";
}
