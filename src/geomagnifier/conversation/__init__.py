"""Questions that refer back: "and the largest of them?", "segment those", "what is left of it?"."""

from geomagnifier.conversation.dialogue import Conversation as Conversation
from geomagnifier.conversation.dialogue import Turn as Turn
from geomagnifier.conversation.dialogue import follow as follow
