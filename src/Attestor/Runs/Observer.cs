namespace Provenance.Attestor.Runs;

/// <summary>Who saw an artifact; the less the tenant's own step had a hand in it, the more it is worth.</summary>
public enum Observer
{
    /// <summary>The user's own step wrote it down.</summary>
    Tenant,

    /// <summary>Our injector in the pod computed the digest.</summary>
    Injector,

    /// <summary>Our store received the bytes.</summary>
    Server,

    /// <summary>The platform's control plane or the kubelet recorded it.</summary>
    ControlPlane,
}
