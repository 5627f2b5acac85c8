"""Where torch and transformers are: a model reads a text, and what its attention does is seen.

A model calls whatever function is registered by the name of its implementation. Ours looks at what
it is given, and lets the model's own function work on it. The mask is made by a function registered
by the same name: without one, transformers gives no mask, and a causal model looks ahead.
https://huggingface.co/docs/transformers/attention_interface
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import eager_mask

from attncalc.capture.agreement import FLOORS
from attncalc.capture.layers import Layer, Normalized, Turned
from attncalc.errors import AttncalcError, InputError
from attncalc.numbers.arithmetic import Array

_NAME = "attncalc"
_NORMS = (("q_norm", "k_norm"), ("q_layernorm", "k_layernorm"), ("query_norm", "key_norm"))
"""What models call the normalisation of queries, and that of keys."""

_LISTENING = "it would have to call the function that AttentionInterface has for it"


class Apart(AttncalcError):
    """A model that gives other numbers when it is listened to."""


class Model:
    """A model that reads texts. name: its folder, or what it is called on the hub."""

    def __init__(self, name: str, kind: str) -> None:
        """Load it. kind: of its numbers, as float32. Raises InputError where it cannot be."""
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        warnings.simplefilter("ignore")  # of libraries, about what they will do one day
        self.name, self.kind = name, kind
        if Path(name).is_dir() and not (Path(name) / "config.json").is_file():
            found = "there is no config.json in this folder; expected one that a model was saved to"
            raise InputError(name, found)
        try:
            self.tokenizer: Any = transformers.AutoTokenizer.from_pretrained(name)
            dtype = getattr(torch, kind)
            loaded = transformers.AutoModel.from_pretrained(
                name, dtype=dtype, attn_implementation="eager"
            )
        except Exception as error:
            raise _no_model(name, error) from error
        self.model: Any = loaded.get_encoder() if loaded.config.is_encoder_decoder else loaded
        self.model.eval()

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, as the tokenizer shows them. Raises InputError for too many."""
        ids = self._ids(text)
        most = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        if len(ids) < 1:
            raise InputError("--text", f"“{text}” has no tokens; expected a text")
        if most is not None and len(ids) > most:
            found = f"{len(ids)} tokens; expected at most {most}, the positions of {self.name}"
            raise InputError("--text", found, hint="give a shorter text")
        return [str(token) for token in self.tokenizer.convert_ids_to_tokens(ids)]

    def layers(self, text: str) -> list[Layer]:
        """What each layer's attention does with a text.

        Raises InputError for a model that does not let itself be listened to; Apart for one that
        gives other numbers then.
        """
        ids = torch.tensor([self._ids(text)])
        with torch.no_grad():
            own = self.model(input_ids=ids, use_cache=False)[0]
            with self._listening() as heard:
                listened = self.model(input_ids=ids, use_cache=False)[0]
        if not heard:
            raise self._deaf()
        apart = float((own - listened).abs().max())
        if not apart <= FLOORS[self.kind] * max(1.0, float(own.abs().max())):
            found = f"{self.name} gives other numbers when it is listened to, by {apart:.1e}"
            raise Apart(f"{found}; {type(heard[0].module).__name__} may heed no mask that is given")
        names = {id(module): name for name, module in self.model.named_modules()}
        return [
            call.layer(number, len(heard), names[id(call.module)], self.kind)
            for number, call in enumerate(heard, 1)
        ]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self.tokenizer(text)["input_ids"]
        return ids

    @contextmanager
    def _listening(self) -> Iterator[list[_Call]]:
        """While it is open, the model's attention is seen: one call a layer, in order."""
        ear = _Ear()
        AttentionInterface.register(_NAME, ear.attend)
        AttentionMaskInterface.register(_NAME, eager_mask)
        with ExitStack() as stack:
            for parent in self.model.modules():
                ear.hear_norms(parent, stack)
            for module in {type(each).__module__ for each in self.model.modules()}:
                ear.hear_rotations(sys.modules[module], stack)
            try:
                self.model.set_attn_implementation(_NAME)
            except Exception as error:
                raise self._deaf() from error
            stack.callback(self.model.set_attn_implementation, "eager")
            yield ear.calls

    def _deaf(self) -> InputError:
        """Why nothing was heard, by the module that does it another way."""
        attending = [
            type(module).__name__
            for module in self.model.modules()
            if "attention" in type(module).__name__.lower()
        ]
        what = attending[-1] if attending else type(self.model).__name__
        found = f"{what} does not go through transformers' AttentionInterface"
        hint = "save its q, k and v from a hook: np.savez('head.npz', Q=q, K=k, V=v, mask='causal')"
        return InputError(self.name, f"{found}; expected a model that does", hint=hint)


def _no_model(name: str, error: Exception) -> InputError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if Path(name).is_dir():
        found = f"no model that transformers can load: {reason}"
        hint = "give a folder with config.json, the model's numbers and its tokenizer"
        return InputError(name, found, hint=hint)
    found = f"there is no such folder, and no model of this name: {reason}"
    return InputError(name, found, hint="give the folder that the model was saved to")


class _Call:
    """One call of a layer's attention: what it was given, what came of it, what was before."""

    def __init__(self, module: Any, given: dict[str, Any], output: Any, weights: Any) -> None:
        self.module = module
        self.given = given
        self.output, self.weights = output, weights
        self.turned: Turned | None = None
        self.normalized: Normalized | None = None

    def layer(self, number: int, of: int, name: str, kind: str) -> Layer:
        """The call as arrays of one text."""
        given = self.given
        added = [
            given[key] for key in ("attention_mask", "position_bias") if given.get(key) is not None
        ]
        sinks = given.get("s_aux")
        return Layer(
            number,
            of,
            name,
            kind,
            Q=_array(given["query"][0]),
            K=_array(given["key"][0]),
            V=_array(given["value"][0]),
            output=_array(self.output[0].transpose(0, 1)),
            weights=None if self.weights is None else _array(self.weights[0]),
            scale=given.get("scaling"),
            added=_array(sum(each[0].float() for each in added)) if added else None,
            softcap=given.get("softcap"),
            sinks=None if sinks is None else _array(sinks),
            turned=self.turned,
            normalized=self.normalized,
        )


class _Ear:
    """Hears what attention is given, and what queries and keys were before."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.rotations: list[tuple[Any, ...]] = []
        self.norms: dict[int, dict[str, tuple[Any, Any, Any]]] = {}

    def attend(
        self, module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **given: Any
    ) -> tuple[Any, Any]:
        """What the model's own function makes of it, and the call kept."""
        home = sys.modules[type(module).__module__]
        output, weights = home.eager_attention_forward(
            module, query, key, value, attention_mask, **given
        )
        told = {
            "query": query,
            "key": key,
            "value": value,
            "attention_mask": attention_mask,
            **given,
        }
        call = _Call(module, told, output, weights)
        call.turned = self._turned(query, key)
        call.normalized = self._normalized(module, query, key, call.turned)
        self.calls.append(call)
        return output, weights

    def hear_rotations(self, module: Any, stack: ExitStack) -> None:
        """Hear what a module of the library turns queries and keys by."""
        for name in [each for each in vars(module) if each.startswith("apply_rotary_pos_emb")]:
            own = getattr(module, name)
            if callable(own):
                setattr(module, name, self._heard(own))
                stack.callback(setattr, module, name, own)

    def hear_norms(self, parent: Any, stack: ExitStack) -> None:
        """Hear what an attention normalises queries and keys from."""
        for names in _NORMS:
            if all(hasattr(parent, name) for name in names):
                for side, name in zip("QK", names, strict=True):
                    hook = getattr(parent, name).register_forward_hook(self._hook(parent, side))
                    stack.callback(hook.remove)

    def _heard(self, own: Callable[..., Any]) -> Callable[..., Any]:
        def turn(q: Any, k: Any, cos: Any, sin: Any, *rest: Any, **named: Any) -> Any:
            turned = own(q, k, cos, sin, *rest, **named)
            self.rotations = [(q, k, cos, sin, *turned)]
            return turned

        return turn

    def _hook(self, parent: Any, side: str) -> Callable[..., None]:
        def heard(norm: Any, given: tuple[Any, ...], normalized: Any) -> None:
            self.norms.setdefault(id(parent), {})[side] = (norm, given[0], normalized)

        return heard

    def _turned(self, query: Any, key: Any) -> Turned | None:
        """What was turned to these queries and keys; None where that is not what was multiplied."""
        heard, self.rotations = self.rotations, []
        if not heard:
            return None
        q, k, cos, sin, q_turned, k_turned = heard[0]
        before = _before(q, q_turned, query), _before(k, k_turned, key)
        if before[0] is None or before[1] is None:
            return None
        angles = (
            _array(each.reshape(-1, each.shape[-1])[-query.shape[2] :]) for each in (cos, sin)
        )
        return Turned(*(_array(each[0]) for each in before), *angles)

    def _normalized(
        self, module: Any, query: Any, key: Any, turned: Turned | None
    ) -> Normalized | None:
        """What was normalised to what was turned, or multiplied; None where it is not that."""
        heard = self.norms.pop(id(module), {})
        if len(heard) < 2:
            return None
        after = (query, key)
        if turned is not None:
            after = tuple(torch.tensor(part)[None].to(query.dtype) for part in (turned.Q, turned.K))
        found = []
        for side, wanted in zip("QK", after, strict=True):
            norm, given, normalized = heard[side]
            before = _before(given, normalized, wanted)
            gain = getattr(norm, "weight", None)
            if before is None or gain is None or gain.shape != wanted.shape[-1:]:
                return None
            epsilon = getattr(norm, "variance_epsilon", getattr(norm, "eps", 0.0))
            found.append((_array(before[0]), _array(gain), float(epsilon)))
        (Q, gain_Q, epsilon), (K, gain_K, _) = found
        return Normalized(Q, K, gain_Q, gain_K, epsilon)


def _before(given: Any, made: Any, wanted: Any) -> Any:
    """What is wanted before it was made so; None if it was not. Heads may be in the middle.

    Entries that were left alone, behind those that were not, are as they are wanted.
    """
    for order in ((0, 1, 2, 3), (0, 2, 1, 3)):
        if given.ndim != 4 or made.ndim != 4:
            return None
        one, other = given.permute(order), made.permute(order)
        part = wanted[..., : other.shape[-1]]
        if other.shape == part.shape and torch.equal(other, part):
            return torch.cat([one, wanted[..., other.shape[-1] :]], dim=-1)
    return None


def _array(tensor: Any) -> Array:
    """A tensor as numpy has it; bfloat16, which it has not, as float32."""
    tensor = tensor.detach().cpu()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    array: Array = np.ascontiguousarray(tensor.numpy())
    return array
